import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryFiles } from '../../host/memory-files.ts'
import { silentLog } from '../../machinery/log.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { parseLogLine } from './log-format.ts'
import { readLog, type LogOptions } from './read-log.ts'
import { rotatedLogs, rotateLog } from './rotate.ts'

const T = '2026-01-01T00:00:0'
const CONTENT = [`${T}1.5Z stdout F one`, `${T}2Z stderr F two`, `${T}3Z stdout P par`, `${T}3Z stdout F tial`, `${T}4Z stdout F four words here now`, ''].join('\n')

test('log lines', () => {
  assert.deepEqual(parseLogLine('t stdout F a b'), { time: 't', stream: 'stdout', partial: false, text: 'a b' })
  assert.deepEqual(parseLogLine('t stderr P:x '), { time: 't', stream: 'stderr', partial: true, text: '' })
  assert.deepEqual(parseLogLine('t stdout F'), { time: 't', stream: 'stdout', partial: false, text: '' })
  for (const line of ['', 'half', 't nothing F x', 't stdout']) assert.equal(parseLogLine(line), undefined, line)
})

async function read(options: LogOptions, content = CONTENT): Promise<string> {
  const files = memoryFiles()
  await files.makeDirectory('/log')
  await files.write('/log/0.log', content)
  const chunks: Uint8Array[] = []
  for await (const chunk of readLog({ files, path: '/log/0.log', isRunning: () => false, changed: () => Promise.resolve() }, options, new AbortController().signal)) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

const cases: [LogOptions, string][] = [
  [{}, 'one\ntwo\npartial\nfour words here now\n'], [{ tailLines: 1 }, 'four words here now\n'], [{ tailLines: 3 }, 'partial\nfour words here now\n'], [{ tailLines: 0 }, ''],
  [{ tailLines: 100 }, 'one\ntwo\npartial\nfour words here now\n'], [{ stream: 'stderr' }, 'two\n'], [{ limitBytes: 5 }, 'one\nt'], [{ limitBytes: 0 }, ''],
  [{ sinceMs: Date.parse(`${T}4Z`) }, 'four words here now\n'], [{ timestamps: true, tailLines: 3 }, `${T}3Z partial\n${T}4Z four words here now\n`], [{ follow: true, tailLines: 1 }, 'four words here now\n'],
]
for (const [options, wanted] of cases) test(`log with ${JSON.stringify(options)}`, async () => assert.equal(await read(options), wanted))

test('bytes that are no text go through as they are', async () => {
  const files = memoryFiles()
  await files.write('/tmp/0.log', Buffer.concat([Buffer.from(`${T}1Z stdout F `), Buffer.of(0xff, 0xfe, 0x80, 10)]))
  const chunks: Uint8Array[] = []
  for await (const chunk of readLog({ files, path: '/tmp/0.log', isRunning: () => false, changed: () => Promise.resolve() }, {}, new AbortController().signal)) chunks.push(chunk)
  assert.deepEqual([...Buffer.concat(chunks)], [0xff, 0xfe, 0x80, 10])
})

test('following: new lines, a rotation, the end', async () => {
  const files = memoryFiles()
  await files.makeDirectory('/log')
  await files.write('/log/0.log', `${T}1Z stdout F one\n`)
  let running = true
  let tell = (): void => {}
  const source = { files, path: '/log/0.log', isRunning: () => running, changed: () => new Promise<void>(resolve => { tell = resolve }) }
  const reader = readLog(source, { follow: true }, new AbortController().signal)[Symbol.asyncIterator]()
  const next = async (): Promise<string> => Buffer.from((await reader.next()).value as Uint8Array).toString()
  assert.equal(await next(), 'one\n')
  const two = next()
  await files.append('/log/0.log', `${T}2Z stdout F two\n`)
  assert.equal(await two, 'two\n')
  const three = next()
  await files.rename('/log/0.log', '/log/0.log.1')
  await files.write('/log/0.log', `${T}3Z stdout F three\n`)
  assert.equal(await three, 'three\n')
  const end = reader.next()
  running = false
  tell()
  assert.equal((await end).done, true)
})

test('a large log is moved aside, five files are kept', async () => {
  const files = memoryFiles()
  const clock = fakeClock()
  await files.makeDirectory('/log')
  const deps = { files, clock, log: silentLog, containers: () => [], runtime: { reopenContainerLog: () => files.write('/log/0.log', '') } as never }
  const container = { id: 'c', logPath: '/log/0.log' } as never
  for (let round = 0; round < 7; round++) {
    await files.write('/log/0.log', 'x'.repeat(100))
    assert.equal(await rotateLog(deps, container, 50), true)
    clock.advance(1000)
  }
  assert.equal((await rotatedLogs(files, '/log/0.log')).length, 4)
  assert.equal(await rotateLog(deps, container, 50), false)
  const failing = { ...deps, runtime: { reopenContainerLog: () => Promise.reject(new Error('no')) } as never }
  await files.write('/log/0.log', 'x'.repeat(100))
  await assert.rejects(rotateLog(failing, container, 50))
  assert.equal((await files.stat('/log/0.log'))?.size, 100)
})
