import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { realFiles } from '../../host/files.ts'
import { systemClock } from '../../machinery/clock.ts'
import { loadKeyRing } from '../../storage/encryption-keys.ts'
import { ensureIdentities } from '../identities.ts'
import { layoutOf } from '../layout.ts'
import { readOptions } from '../options.ts'
import { rotate } from './rotate.ts'

test('keys and certificates are replaced in the data folder; what makes no sense is refused', async t => {
  const dataDir = await mkdtemp(join(tmpdir(), 'k8ts-rotate-'))
  t.after(() => rm(dataDir, { recursive: true }))
  const options = readOptions({ dataDir, nodeName: 'alpha' })
  const said: string[] = []
  const run = (positionals: string[], flags: Record<string, boolean> = {}, of = options) => rotate.run({ options: of, optionArgs: [], flags, positionals, env: {}, print: () => undefined, say: text => void said.push(text) })
  await assert.rejects(run(['certificates']), /start the cluster first/)
  const layout = layoutOf(options)
  await realFiles.makeDirectory(layout.dataDir)
  await ensureIdentities({ files: realFiles, clock: systemClock, options, layout })
  const read = (file: string): Promise<string> => readFile(join(layout.pkiDir, file), 'utf8')
  const ring = () => loadKeyRing(realFiles, join(layout.pkiDir, 'encryption.keys'))

  const [first] = await ring()
  await run(['encryption-key'])
  assert.deepEqual((await ring()).slice(1), [first])
  await run(['encryption-key'], { 'forget-older': true })
  assert.equal((await ring()).length, 1)
  assert.notEqual((await ring())[0].id, first.id)

  const [key, ca, admin] = await Promise.all([read('sa.key'), read('ca.crt'), read('admin.crt')])
  await run(['service-account-key'])
  assert.notEqual(await read('sa.key'), key)
  assert.match(await read('sa-older.pub'), /BEGIN PUBLIC KEY/)
  await run(['certificates'])
  assert.equal(await read('ca.crt'), ca)
  assert.notEqual(await read('admin.crt'), admin)
  assert.ok((await readFile(layout.adminKubeconfig, 'utf8')).includes(Buffer.from(await read('admin.crt')).toString('base64')))
  assert.equal(said.length, 4)

  for (const wrong of [[], ['keys']]) await assert.rejects(run(wrong), /it is one of encryption-key, service-account-key, certificates/i)
  await assert.rejects(run(['service-account-key'], {}, readOptions({ dataDir, serviceAccountSigningKeyFile: '/x' })), /replace it there/)
})
