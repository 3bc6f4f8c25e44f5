/** Holds the cells of `kubectl get` against recorded tables: each row whose object was recorded before is printed here again. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { resources } from './index.ts'
import type { AnyResource, KubeObject } from './resource.ts'

const GOLDEN = new URL('../../../shared/golden/', import.meta.url)
/** Cells that depend on the time of the recording. */
const OF_THEIR_TIME = /table-times/
const NOW = Date.parse('2026-01-01T00:00:00Z')

const byPath = (path: string): AnyResource | undefined => {
  const match = /^\/(?:api|apis\/([^/]+))\/([^/]+)\/(?:namespaces\/[^/]+\/)?([a-z]+)(?:\/[^/]+)?$/.exec(path)
  return match ? resources.find(({ group, version, plural }) => group === (match[1] ?? '') && version === match[2] && plural === match[3]) : undefined
}

test('tables are printed as by a real server', { skip: existsSync(GOLDEN) ? false : 'no ../shared/golden here' }, () => {
  const wrong: string[] = []
  let rows = 0
  for (const folder of readdirSync(GOLDEN, { withFileTypes: true })) {
    if (!folder.isDirectory()) continue
    for (const file of readdirSync(new URL(`${folder.name}/`, GOLDEN))) {
      const found = replay(`${folder.name}/${file}`)
      rows += found.rows
      wrong.push(...found.wrong)
    }
  }
  assert.ok(rows > 100, `${rows} rows were compared`)
  assert.deepEqual(wrong, [])
})

/** Without addresses and ports that the recording named or left out, and without spans between times, which it named too. */
const masked = (cells: readonly unknown[]): string => JSON.stringify(cells.map(cell => (typeof cell === 'string' && /^(\d+[smhdy]){1,2}$|^<invalid>$/.test(cell) ? '<span>' : cell))).replace(/<ip\d+>/g, '<ip>').replace(/:(?:30\d{3}|<port>)\//g, ':<port>/')

function replay(file: string): { rows: number; wrong: string[] } {
  const { steps } = JSON.parse(readFileSync(new URL(file, GOLDEN), 'utf8').replaceAll('<time>', '2026-01-01T00:00:00Z').replaceAll(/<uid\d+>/g, 'uid'))
  const known = new Map<string, KubeObject>()
  const wrong: string[] = []
  let rows = 0
  for (const { name, request, response } of steps) {
    const body = response?.body
    if (!request || typeof body !== 'object' || body === null) continue
    if (body.kind === 'Table') {
      const resource = byPath(request.path.split('?')[0])
      if (!resource || OF_THEIR_TIME.test(file)) continue
      const columns = body.columnDefinitions?.map((column: { name: string }) => column.name)
      const own = resource.columns.filter(({ unannounced }) => !unannounced).map(column => column.name)
      // A kind whose columns are still to come shows the default ones.
      if (own.join() === 'Name,Created At' && columns?.join() !== own.join()) continue
      if (columns?.length && JSON.stringify(columns) !== JSON.stringify(own)) wrong.push(`${file} ${name}: columns ${own} where ${columns}`)
      for (const { cells, object } of body.rows ?? []) {
        const full = known.get(`${resource.kind}/${object?.metadata?.name ?? cells?.[own.indexOf('Name')]}`)
        if (!full || !cells || columns?.length !== own.length && columns?.length) continue
        rows++
        const got = resource.columns.map((column, index) => (cells[index] === null ? null : column.cell(full, NOW)))
        if (masked(got) !== masked(cells)) wrong.push(`${file} ${name}: ${JSON.stringify(got)} where ${JSON.stringify(cells)}`)
      }
    } else if (body.metadata?.name && typeof body.kind === 'string') known.set(`${body.kind}/${body.metadata.name}`, body)
    else if (Array.isArray(body.items)) for (const item of body.items) if (item?.metadata?.name) known.set(`${item.kind ?? body.kind.replace(/List$/, '')}/${item.metadata.name}`, item)
  }
  return { rows, wrong }
}
