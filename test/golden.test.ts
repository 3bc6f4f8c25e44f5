import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { ADMIN_TOKEN, startAlone } from './api-server-alone.ts'

/** What upstream answered, one folder an area (README.md there). It is not a part of this repository. */
const GOLDEN = join(import.meta.dirname, '../../shared/golden')
/** How many steps of each area are equal. The numbers may only rise: UPDATE_GOLDEN=1 writes them anew. */
const RATCHET = join(import.meta.dirname, 'golden-ratchet.json')
const UPDATE = process.env['UPDATE_GOLDEN'] === '1'
/** Areas that look at the whole cluster, or change it for everybody, have a server each. */
const ALONE = /^(admission|bootstrap|crd|discovery|limit-ranger|map$|node-restriction|pod-security|quota|vap|kind-(components|custom|flow|ipaddr|mutating|priority|runtime|services|servicecidrs|storageclasses|validating))/
/** Replays wait for watches most of the time. */
const AT_ONCE = 6
const ratchet = JSON.parse(readFileSync(RATCHET, 'utf8')) as Record<string, number>

function replay(port: number, folder: string, area: string): Promise<{ equal: number; of: number; output: string }> {
  const child = spawn(process.execPath, [
    join(GOLDEN, 'golden.mjs'), 'replay', '--server', `https://127.0.0.1:${port}`, '--token', ADMIN_TOKEN,
    '--show', '2', '--report', join(folder, `${area}.json`), join(GOLDEN, area),
  ])
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => { output += chunk.toString() })
  child.stderr.on('data', (chunk: Buffer) => { output += chunk.toString() })
  return new Promise(resolve => child.once('close', () => {
    const [, equal = '0', of = '0'] = /steps (\d+) of (\d+) equal/.exec(output) ?? []
    resolve({ equal: Number(equal), of: Number(of), output })
  }))
}

/** Replays areas against a server of their own, some at a time. */
async function replayAll(context: TestContext, areas: string[], atOnce: number, found: Map<string, number>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'k8ts-golden-'))
  const server = await startAlone()
  const waiting = [...areas]
  const worker = async (): Promise<void> => {
    for (let area = waiting.shift(); area !== undefined; area = waiting.shift()) {
      const least = ratchet[area] ?? 0
      const began = performance.now()
      const { equal, of, output } = await replay(server.port, folder, area)
      found.set(area, Math.max(equal, least))
      await context.test(area, inner => {
        inner.diagnostic(`${area}: ${equal} of ${of} in ${Math.round((performance.now() - began) / 1000)} s`)
        assert.ok(equal >= least || UPDATE, `${equal} steps of ${area} are equal, ${least} were:\n${output.slice(0, 20_000)}`)
      })
    }
  }
  try {
    await Promise.all(Array.from({ length: atOnce }, worker))
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

test('the API server answers as upstream does', { skip: existsSync(GOLDEN) ? false : `${GOLDEN} is not there`, timeout: 900_000 }, async context => {
  const areas = readdirSync(GOLDEN, { withFileTypes: true }).filter(each => each.isDirectory()).map(({ name }) => name).sort()
  const found = new Map<string, number>()
  const alone = areas.filter(area => ALONE.test(area))
  const worker = async (): Promise<void> => {
    for (let area = alone.shift(); area !== undefined; area = alone.shift()) await replayAll(context, [area], 1, found)
  }
  await Promise.all([...Array.from({ length: AT_ONCE }, worker), replayAll(context, areas.filter(area => !ALONE.test(area)), AT_ONCE, found)])
  if (UPDATE) writeFileSync(RATCHET, `${JSON.stringify(Object.fromEntries(areas.map(area => [area, found.get(area) ?? 0])), undefined, 2)}\n`)
})
