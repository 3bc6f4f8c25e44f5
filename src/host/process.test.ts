import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { test } from 'node:test'
import { failureOf, outputOf, realProcesses, runOrThrow } from './process.ts'

test('a command gets its input and gives output and code', async () => {
  const result = await realProcesses.run(['sh', '-c', 'cat; echo oops >&2; exit 3'], { input: 'hello' })
  assert.deepEqual([outputOf(result), result.code, result.timedOut, failureOf(result)], ['hello', 3, false, 'sh exited with code 3: oops'])
  await assert.rejects(runOrThrow(realProcesses, ['sh', '-c', 'echo said >&2; exit 1']), /^Error: sh exited with code 1: said$/)
})

test('a command that is not there, and one that does not read its input', async () => {
  await assert.rejects(realProcesses.run(['k8ts-no-such-command']), /k8ts-no-such-command: command not found/)
  await assert.rejects(realProcesses.spawn(['k8ts-no-such-command']), /command not found/)
  assert.equal((await realProcesses.run(['true'], { input: 'x'.repeat(1 << 20) })).code, 0)
})

test('input may come in pieces, slower than it is read or faster', async () => {
  async function* pieces(): AsyncIterable<Uint8Array> { for (let piece = 0; piece < 100; piece++) yield Buffer.alloc(10_000, 'a') }
  assert.equal(outputOf(await realProcesses.run(['wc', '-c'], { input: pieces() })).trim(), '1000000')
  async function* breaks(): AsyncIterable<Uint8Array> {
    yield Buffer.from('half')
    throw new Error('broken input')
  }
  await assert.rejects(realProcesses.run(['sh', '-c', 'cat; sleep 30'], { input: breaks() }), /broken input/)
})

test('a time limit and a signal end the command and what it started', async () => {
  const startedMs = performance.now()
  const result = await realProcesses.run(['sh', '-c', 'sleep 20 & sleep 20'], { timeoutMs: 100 })
  assert.deepEqual([result.timedOut, result.signal], [true, 'SIGKILL'])
  assert.match(failureOf(result), /timed out/)
  const over = new AbortController()
  const running = realProcesses.run(['sleep', '20'], { signal: over.signal })
  setTimeout(() => over.abort(new Error('enough')), 100)
  await assert.rejects(running, /enough/)
  assert.ok(performance.now() - startedMs < 5000)
})

test('a child is known by pid and start, writes its log, and its end is told', async () => {
  const directory = await mkdtemp('/tmp/k8ts-process-')
  const child = await realProcesses.spawn(['sh', '-c', 'echo "$NAME"; exec sleep 20'], { logFile: `${directory}/log`, env: { NAME: 'value', PATH: '/bin:/usr/bin' }, detached: true })
  const info = await realProcesses.info(child.pid)
  assert.ok(info && info.startedAtTicks > 0 && info.parentPid === process.pid && info.groupId === child.pid)
  assert.ok((await realProcesses.list()).some(({ pid }) => pid === child.pid))
  while ((await readFile(`${directory}/log`, 'utf8')) !== 'value\n') await new Promise(resolve => setTimeout(resolve, 5))
  assert.equal(child.kill('SIGTERM'), true)
  const keepAlive = setInterval(() => {}, 1000)
  assert.deepEqual(await child.exited, { code: undefined, signal: 'SIGTERM' })
  clearInterval(keepAlive)
  assert.equal(realProcesses.signal(child.pid, 0), false)
  assert.equal(await realProcesses.info(child.pid), undefined)
  await rm(directory, { recursive: true })
})

test('commands are found in sbin too', async () => {
  assert.match((await realProcesses.find('sh')) ?? '', /\/sh$/)
  assert.equal(await realProcesses.find('k8ts-no-such-command'), undefined)
})
