import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryFiles } from '../host/memory-files.ts'
import type { Clock } from '../machinery/clock.ts'
import { runtimeConformance } from './runtime-conformance.ts'
import type { PodSandboxConfig } from './runtime.ts'
import { simulatedRuntime } from './simulated.ts'

/** A clock that moves when told to, enough for these tests. */
function handClock(): Clock & { pass(ms: number): Promise<void> } {
  let nowMs = 1_700_000_000_000
  let timers: { atMs: number; action: () => void }[] = []
  return {
    now: () => nowMs,
    monotonic: () => nowMs,
    after(delayMs, action) {
      const timer = { atMs: nowMs + delayMs, action }
      timers.push(timer)
      return { cancel: () => { timers = timers.filter(other => other !== timer) } }
    },
    async pass(ms) {
      for (let step = 0; step < ms; step++) {
        nowMs++
        const due = timers.filter(({ atMs }) => atMs <= nowMs)
        timers = timers.filter(({ atMs }) => atMs > nowMs)
        for (const { action } of due) action()
      }
      await new Promise(resolve => setImmediate(resolve))
    },
  }
}

const images = {
  obedient: {
    run: {
      onStop: { afterMs: 5, exitCode: 0 },
      exec: ([command]: readonly string[]) => (command === 'slow' ? { exitCode: 0, afterMs: 10_000 } : { exitCode: 4, stdout: 'out', stderr: 'err' }),
    },
  },
  stubborn: { run: { onStop: 'ignore' as const } }, fails: { run: { output: ['hello'], exitAfterMs: 500, exitCode: 3 } }, completes: { run: { exitAfterMs: 1 } },
}

runtimeConformance('simulated', async () => {
  const clock = handClock()
  const files = memoryFiles(clock)
  const runtime = simulatedRuntime({ clock, files, images })
  for (const name of Object.keys(images)) await runtime.pullImage(name)
  return {
    runtime, pass: clock.pass, logDirectory: '/var/log/pods', printing: ['print'], slow: ['slow'],
    container: behaviour => ({ image: behaviour }),
    readLog: path => files.readText(path), moveLog: (from, to) => files.rename(from, to),
    close: async () => runtime.close(),
  }
})

const pod = (uid: string): PodSandboxConfig =>
  ({ metadata: { name: uid, namespace: 'test', uid, attempt: 0 }, hostname: uid, logDirectory: `/logs/${uid}`, labels: {}, annotations: {} })
const main = { metadata: { name: 'main', attempt: 0 }, image: 'web', env: [], mounts: [], labels: {}, annotations: {}, logPath: 'main/0.log' }

test('simulated: a container is ready when its image says so, and can be crashed by hand', async () => {
  const clock = handClock()
  const runtime = simulatedRuntime({ clock, images: { web: { run: { readyAfterMs: 50 } } } })
  await runtime.pullImage('web')
  const sandbox = await runtime.runPodSandbox(pod('a'))
  const id = await runtime.createContainer(sandbox, main, pod('a'))
  await runtime.startContainer(id)
  const ip = (await runtime.podSandboxStatus(sandbox))!.ips[0]!
  assert.equal(runtime.serves(ip), false)
  await clock.pass(50)
  assert.equal(runtime.serves(ip), true)
  runtime.exit(id, 137, 'OOMKilled')
  assert.equal(runtime.serves(ip), false)
  assert.equal((await runtime.containerStatus(id))?.reason, 'OOMKilled')
})

test('simulated: behaviour may depend on the attempt, and starting and pulling may fail', async () => {
  const clock = handClock()
  const runtime = simulatedRuntime({
    clock, images: {
      web: { run: ({ metadata }) => (metadata.attempt === 0 ? { startError: 'exec: "x": not found' } : {}) }, gone: { pullError: 'not found' },
    },
  })
  await assert.rejects(runtime.pullImage('gone'), /failed to pull and unpack image "docker.io\/library\/gone:latest": not found/)
  await runtime.pullImage('web')
  const sandbox = await runtime.runPodSandbox(pod('a'))
  const first = await runtime.createContainer(sandbox, main, pod('a'))
  await assert.rejects(runtime.startContainer(first), /exec: "x": not found/)
  const second = await runtime.createContainer(sandbox, { ...main, metadata: { name: 'main', attempt: 1 } }, pod('a'))
  await runtime.startContainer(second)
  assert.equal((await runtime.containerStatus(second))?.state, 'Running')
})
