import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ADMIN_TOKEN, startAlone } from './api-server-alone.ts'

/** What upstream answered, one folder an area (README.md there). It is not a part of this repository. */
const GOLDEN = join(import.meta.dirname, '../../shared/golden')
/** How many steps of each area are equal. The numbers may only rise: UPDATE_GOLDEN=1 writes them anew. */
const RATCHET = join(import.meta.dirname, 'golden-ratchet.json')
const UPDATE = process.env['UPDATE_GOLDEN'] === '1'
const areas = JSON.parse(readFileSync(RATCHET, 'utf8')) as Record<string, number>

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

test('the API server answers as upstream does', { skip: existsSync(GOLDEN) ? false : `${GOLDEN} is not there`, timeout: 900_000 }, async context => {
  const folder = mkdtempSync(join(tmpdir(), 'k8ts-golden-'))
  const server = await startAlone()
  const found: Record<string, number> = {}
  try {
    for (const [area, least] of Object.entries(areas)) {
      await context.test(area, async () => {
        const { equal, of, output } = await replay(server.port, folder, area)
        found[area] = Math.max(equal, least)
        context.diagnostic(`${area}: ${equal} of ${of}`)
        assert.ok(equal >= least || UPDATE, `${equal} steps of ${area} are equal, ${least} were:\n${output.slice(0, 20_000)}`)
      })
    }
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  if (UPDATE) writeFileSync(RATCHET, `${JSON.stringify(found, undefined, 2)}\n`)
})
