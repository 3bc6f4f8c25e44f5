import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryHost } from '../../host/host.ts'
import { memoryFiles } from '../../host/memory-files.ts'
import { seededRandom } from '../../machinery/random.ts'
import { writeAtomically } from './support/atomic-writer.ts'
import { hostPath } from './host-path.ts'
import { pluginFor } from './index.ts'
import { filesOf } from './support/keys.ts'
import { giveToGroup } from './support/ownership.ts'
import { commonUser, refreshTime } from './support/service-account-token.ts'
import { resolveSubPath } from './support/sub-path.ts'
import type { VolumeFile } from './volume.ts'

const contentOf = (files: Record<string, string>): Map<string, VolumeFile> =>
  new Map(Object.entries(files).map(([path, text]) => [path, { content: Buffer.from(text), mode: 0o640 }]))

test('files are swapped in at once, what is gone goes, what is the same stays', async () => {
  const files = memoryFiles()
  const random = seededRandom(1)
  await files.makeDirectory('/v')
  const write = (content: Record<string, string>): Promise<boolean> => writeAtomically({ files, random }, '/v', contentOf(content), 0)
  assert.equal(await write({ a: '1', 'deep/b': '2' }), true)
  assert.equal(await files.readText('/v/deep/b'), '2')
  assert.equal((await files.stat('/v/a'))?.kind, 'symlink')
  assert.equal((await files.stat('/v/a', { follow: true }))?.mode, 0o640)
  const before = await files.readLink('/v/..data')
  assert.equal(await write({ a: '1', 'deep/b': '2' }), false)
  assert.equal(await files.readLink('/v/..data'), before)
  assert.equal(await write({ a: 'new' }), true)
  assert.equal(await files.readText('/v/a'), 'new')
  assert.deepEqual((await files.list('/v')).map(({ name }) => name).filter(name => !name.startsWith('..')), ['a'])
  assert.equal((await files.list('/v')).length, 3, 'the old directory is gone')
})

for (const path of ['../x', '/x', 'a/../../b', '', '..data']) {
  test(`a file named "${path}" is refused`, () => assert.rejects(writeAtomically({ files: memoryFiles(), random: seededRandom(1) }, '/tmp', contentOf({ [path]: '' }), 0), /invalid path/))
}

test('keys as files', () => {
  const data = new Map([['a', Buffer.from('1')], ['b', Buffer.from('2')]])
  assert.deepEqual([...filesOf(data, undefined, 0o644, false).keys()], ['a', 'b'])
  const chosen = filesOf(data, [{ key: 'a', path: 'x/y', mode: 0o400 }], 0o644, false)
  assert.deepEqual([...chosen].map(([path, { mode }]) => [path, mode]), [['x/y', 0o400]])
  assert.throws(() => filesOf(data, [{ key: 'c', path: 'c' }], 0o644, false), /references non-existent config key: c/)
  assert.equal(filesOf(data, [{ key: 'c', path: 'c' }], 0o644, true).size, 0)
})

test('sub paths stay inside their volume', async () => {
  const files = memoryFiles()
  await files.makeDirectory('/v/dir', 0o750)
  await files.symlink('/etc', '/v/out')
  await files.symlink('dir', '/v/in')
  assert.equal(await resolveSubPath(files, '/v', 'in/new'), '/v/dir/new')
  assert.equal((await files.stat('/v/dir/new'))?.kind, 'directory')
  for (const path of ['out', 'out/passwd', '../etc', '/etc']) await assert.rejects(resolveSubPath(files, '/v', path), /not within volume path/, path)
})

test('hostPath finds what its type says, or says what it found', async () => {
  const host = memoryHost()
  const setUp = (path: string, type: string): Promise<string> => hostPath.setUp!({ name: 'v', hostPath: { path, type } } as never, { host } as never)
  assert.equal(await setUp('/anything', ''), '/anything')
  assert.equal(await setUp('/tmp/made', 'DirectoryOrCreate'), '/tmp/made')
  assert.equal(await setUp('/tmp/file', 'FileOrCreate'), '/tmp/file')
  await assert.rejects(setUp('/tmp/file', 'Directory'), /hostPath type check failed: \/tmp\/file is not a directory/)
  await assert.rejects(setUp('/tmp/none', 'Socket'), /is not a socket file/)
})

test('a volume of a type that is not there is named', () => {
  assert.throws(() => pluginFor({ name: 'v', nfs: { server: 's', path: '/' } } as never), /does not support volumes of type nfs/)
  assert.equal(pluginFor({ name: 'v', emptyDir: {} } as never).field, 'emptyDir')
})

test('a group gets read, write and its id on new files', async () => {
  const files = memoryFiles()
  await files.makeDirectory('/v', 0o755)
  await files.write('/v/f', 'x', { mode: 0o600 })
  await giveToGroup(files, '/v', 2000, { readOnly: false, onRootMismatch: false })
  const [root, file] = [await files.stat('/v'), await files.stat('/v/f')]
  assert.deepEqual([root?.gid, root?.mode, file?.gid, file?.mode], [2000, 0o2775, 2000, 0o660])
  await files.changeMode('/v/f', 0o600)
  await giveToGroup(files, '/v', 2000, { readOnly: false, onRootMismatch: true })
  assert.equal((await files.stat('/v/f'))?.mode, 0o600)
})

test('tokens are renewed after 80 % of their life, at the latest after a day', () => {
  assert.equal(refreshTime(0, 3_600_000), 2_880_000)
  assert.equal(refreshTime(0, 365 * 86_400_000), 86_400_000)
  const pod = (...users: (number | undefined)[]) => ({ spec: { containers: users.map(runAsUser => ({ securityContext: { runAsUser } })) } }) as never
  assert.deepEqual([commonUser(pod(5, 5)), commonUser(pod(5, 6)), commonUser(pod(undefined))], [5, undefined, undefined])
})
