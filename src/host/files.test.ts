import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { realFiles, type Files } from './files.ts'
import { memoryFiles } from './memory-files.ts'

const kinds: readonly { name: string; open(): Promise<{ files: Files; root: string; close(): Promise<void> }> }[] = [
  {
    name: 'real',
    async open() {
      const root = await mkdtemp('/tmp/k8ts-files-')
      return { files: realFiles, root, close: () => rm(root, { recursive: true }) }
    },
  },
  { name: 'in memory', open: async () => ({ files: memoryFiles(), root: '/tmp', close: async () => {} }) },
]

for (const { name, open } of kinds) {
  describe(`files: ${name}`, () => {
    let files: Files
    let root: string
    let close: () => Promise<void>
    beforeEach(async () => { ({ files, root, close } = await open()) })
    afterEach(() => close())

    test('what is written is read, with its mode, and is replaced in one step', async () => {
      const path = `${root}/a/b/file`
      await assert.rejects(files.write(path, 'x'), { code: 'ENOENT' })
      await files.makeDirectory(`${root}/a/b`, 0o700)
      await files.write(path, 'one', { mode: 0o600 })
      const before = await files.stat(path)
      assert.deepEqual([before?.kind, before?.size, before?.mode], ['file', 3, 0o600])
      await files.write(path, 'second', { atomic: true, mode: 0o640 })
      assert.equal(await files.readText(path), 'second')
      assert.notEqual((await files.stat(path))?.inode, before?.inode)
      assert.equal((await files.stat(path))?.mode, 0o640)
      assert.equal((await files.stat(`${root}/a/b`))?.mode, 0o700)
      assert.deepEqual(await files.list(`${root}/a/b`), [{ name: 'file', kind: 'file' }])
    })

    test('asking for what is not there is an answer, reading it an error', async () => {
      assert.equal(await files.stat(`${root}/none`), undefined)
      assert.equal(await files.exists(`${root}/none/below`), false)
      await files.remove(`${root}/none`)
      assert.equal(await files.removeDirectory(`${root}/none`), true)
      await assert.rejects(files.read(`${root}/none`), { code: 'ENOENT' })
      await assert.rejects(files.read(root), { code: 'EISDIR' })
      await assert.rejects(files.list(`${root}/none`), { code: 'ENOENT' })
    })

    test('symbolic links swap a directory in one step, as volumes are updated', async () => {
      for (const version of ['..1', '..2']) {
        await files.makeDirectory(`${root}/v/${version}`)
        await files.write(`${root}/v/${version}/key`, version)
      }
      await files.symlink('..1', `${root}/v/..data`)
      await files.symlink('..data/key', `${root}/v/key`)
      assert.equal(await files.readText(`${root}/v/key`), '..1')
      await files.symlink('..2', `${root}/v/..data_tmp`)
      await files.rename(`${root}/v/..data_tmp`, `${root}/v/..data`)
      assert.equal(await files.readText(`${root}/v/key`), '..2')
      assert.equal(await files.readLink(`${root}/v/..data`), '..2')
      assert.equal((await files.realPath(`${root}/v/key`)).endsWith('/v/..2/key'), true)
      assert.equal((await files.stat(`${root}/v/key`))?.kind, 'symlink')
      assert.equal((await files.stat(`${root}/v/key`, { follow: true }))?.kind, 'file')
      await files.remove(`${root}/v/..data`)
      assert.equal(await files.exists(`${root}/v/key`), false)
      assert.equal(await files.readText(`${root}/v/..2/key`), '..2')
    })

    test('an open file is still read after it was moved and another took its place', async () => {
      await files.write(`${root}/log`, 'old lines\n')
      const open = await files.open(`${root}/log`)
      await files.rename(`${root}/log`, `${root}/log.1`)
      await files.write(`${root}/log`, 'new\n')
      assert.equal(Buffer.from(await open.read(4, 100)).toString(), 'lines\n')
      assert.equal((await open.read(10, 100)).length, 0)
      assert.notEqual((await open.stat()).inode, (await files.stat(`${root}/log`))?.inode)
      await open.close()
    })

    test('streams give the bytes of their range', async () => {
      await files.write(`${root}/data`, 'abcdef')
      await files.append(`${root}/data`, 'ghi')
      const text = async (range?: { start?: number; end?: number }): Promise<string> => {
        let all = ''
        for await (const chunk of files.stream(`${root}/data`, range)) all += Buffer.from(chunk).toString()
        return all
      }
      assert.deepEqual([await text(), await text({ start: 2, end: 4 }), await text({ start: 7 }), await text({ start: 3, end: 3 })], ['abcdefghi', 'cd', 'hi', ''])
    })

    test('a watch wakes at first and at each change, and ends with its signal', async () => {
      await files.makeDirectory(`${root}/watched`)
      const over = new AbortController()
      let wakes = 0
      const done = (async () => { for await (const _ of files.watch(`${root}/watched`, over.signal)) wakes++ })()
      const until = async (count: number): Promise<void> => {
        for (let turn = 0; turn < 200 && wakes < count; turn++) await new Promise(resolve => setTimeout(resolve, 5))
        assert.ok(wakes >= count, `${wakes} wakes`)
      }
      await until(1)
      await files.write(`${root}/watched/file`, '1')
      await until(2)
      over.abort()
      await done
    })

    test('trees are removed, full directories only as trees', async () => {
      await files.makeDirectory(`${root}/tree/a`)
      await files.write(`${root}/tree/a/f`, 'x'.repeat(5000))
      assert.ok((await files.usage(`${root}/tree`)).bytes >= 5000)
      assert.equal((await files.usage(`${root}/tree`)).inodes, 3)
      await files.removeDirectory(`${root}/tree`).then(gone => assert.equal(gone, false), error => assert.equal(error.code, 'ENOTEMPTY'))
      await files.remove(`${root}/tree`)
      assert.equal(await files.exists(`${root}/tree`), false)
    })
  })
}

test('files: an atomic write that fails leaves the old content and nothing besides', async () => {
  const root = await mkdtemp('/tmp/k8ts-files-')
  await realFiles.write(`${root}/f`, 'old')
  async function* breaks(): AsyncIterable<Uint8Array> {
    yield Buffer.from('half')
    throw new Error('no space')
  }
  await assert.rejects(realFiles.write(`${root}/f`, breaks(), { atomic: true }), /no space/)
  assert.equal(await realFiles.readText(`${root}/f`), 'old')
  assert.deepEqual(await realFiles.list(root), [{ name: 'f', kind: 'file' }])
  await rm(root, { recursive: true })
})
