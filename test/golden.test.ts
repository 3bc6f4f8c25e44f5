import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startAlone } from './api-server-alone.ts'

/** What upstream answered, one folder an area (README.md there). It is not a part of this repository. */
const GOLDEN = join(import.meta.dirname, '../../shared/golden')
/** How many steps of each area are equal. The numbers may only rise: `--update` writes them anew. */
const RATCHET = join(import.meta.dirname, 'golden-ratchet.json')
const areas = JSON.parse(readFileSync(RATCHET, 'utf8')) as Record<string, number>

function replay(port: number, folder: string, area: string): Promise<{ equal: number; of: number; output: string }> {
  const child = spawn(process.execPath, [
    join(GOLDEN, 'golden.mjs'), 'replay', '--server', `https://127.0.0.1:${port}`, '--cert', join(folder, 'admin.crt'), '--key', join(folder, 'admin.key'),
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

test('the API server answers as upstream does', { skip: existsSync(GOLDEN) ? false : `${GOLDEN} is not there`, timeout: 900_000 }, async context => {
  const folder = mkdtempSync(join(tmpdir(), 'k8ts-golden-'))
  const server = await startAlone()
  writeFileSync(join(folder, 'admin.crt'), server.admin.certificate)
  writeFileSync(join(folder, 'admin.key'), server.admin.key)
  const found: Record<string, number> = {}
  try {
    for (const [area, least] of Object.entries(areas)) {
      await context.test(area, async () => {
        const { equal, of, output } = await replay(server.port, folder, area)
        found[area] = Math.max(equal, least)
        context.diagnostic(`${area}: ${equal} of ${of}`)
        assert.ok(equal >= least || process.argv.includes('--update'), `${equal} steps of ${area} are equal, ${least} were:\n${output.slice(0, 20_000)}`)
      })
    }
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  if (process.argv.includes('--update')) writeFileSync(RATCHET, `${JSON.stringify(found, undefined, 2)}\n`)
})
