import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openLog } from '../../src/host/log.ts'
import { removeContainerd, startContainerd } from '../../src/kubelet/containerd.ts'
import { buildImage } from '../../src/kubelet/images/archive.ts'
import { importImage } from '../../src/kubelet/images/import.ts'
import { runtimeConformance, type Behaviour } from '../../src/kubelet/runtime-conformance.ts'
import type { ContainerConfig, PodSandboxConfig, RuntimeEvent } from '../../src/kubelet/runtime.ts'
import { architecture, moveLog, privateContainerd, readLog, testImage, type PrivateContainerd } from './private-containerd.ts'

const root = process.getuid?.() === 0

const scripts: Readonly<Record<Behaviour, string>> = {
  obedient: 'trap "exit 0" TERM; while true; do sleep 0.1; done', stubborn: 'trap "" TERM; while true; do sleep 1; done',
  fails: 'echo hello; sleep 0.5; exit 3', completes: 'exit 0',
}
const shell = (script: string): Pick<ContainerConfig, 'image' | 'command'> => ({ image: testImage, command: ['/bin/sh', '-c', script] })

if (root) {
  runtimeConformance('containerd by CRI', async () => {
    const own = await privateContainerd()
    return {
      runtime: own.runtime, container: behaviour => shell(scripts[behaviour]), printing: ['sh', '-c', 'printf out; printf err >&2; exit 4'], slow: ['sleep', '10'],
      pass: async ms => void (await sleep(ms)), readLog, moveLog, logDirectory: `${own.directory}/logs`, cgroupParent: own.cgroupRoot,
      close: async () => assert.deepEqual(await own.close(), []),
    }
  })
}

describe('our own containerd', { skip: root ? false : 'needs root' }, () => {
  let own: PrivateContainerd
  before(async () => { own = await privateContainerd({ log: openLog({ level: 'error' }) }) })
  const over = new AbortController()
  after(async () => {
    over.abort()
    assert.deepEqual(await own.close(), [])
  })

  const podConfig = (uid: string): PodSandboxConfig => ({
    metadata: { name: uid, namespace: 'test', uid, attempt: 0 }, hostname: uid, logDirectory: `${own.directory}/logs/${uid}`, labels: { pod: uid }, annotations: {},
    cgroupParent: `${own.cgroupRoot}/${uid}`,
  })
  const startPod = async (uid: string, script: string): Promise<{ pod: string; id: string }> => {
    const pod = await own.runtime.runPodSandbox(podConfig(uid))
    const config = { ...shell(script), metadata: { name: 'main', attempt: 0 }, env: [], mounts: [], labels: {}, annotations: {}, logPath: 'main.log' }
    const id = await own.runtime.createContainer(pod, config, podConfig(uid))
    await own.runtime.startContainer(id)
    return { pod, id }
  }
  const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
    for (let step = 0; step < 400; step++) {
      if (await holds()) return
      await sleep(25)
    }
    assert.fail(`waited in vain for ${what}`)
  }

  test('kill -9 of containerd: it comes back, containers never notice, events go on', async () => {
    const events: RuntimeEvent[] = []
    const following = (async () => { for await (const event of own.runtime.events(over.signal)) events.push(event) })()
    const { pod, id } = await startPod('survivor', 'trap "exit 7" TERM; while true; do sleep 0.1; done')
    await until('the first resync', () => events.some(({ type }) => type === 'resync'))
    const before = await own.runtime.containerStatus(id)
    const pid = own.containerd.pid()
    process.kill(pid, 'SIGKILL')
    await until('another process', () => own.containerd.pid() !== pid)
    const status = await own.runtime.containerStatus(id)
    assert.equal(status?.state, 'Running')
    assert.equal(status.startedAtMs, before?.startedAtMs)
    await until('the second resync', () => events.filter(({ type }) => type === 'resync').length === 2)
    await own.runtime.stopContainer(id, 5)
    await until('the exit', () => events.some(event => event.type === 'exited' && event.id === id && event.exitCode === 7))
    over.abort()
    await following
    await own.runtime.stopPodSandbox(pod)
    await own.runtime.removePodSandbox(pod)
  })

  test('a container that ends while containerd is down is found ended', async () => {
    const { pod, id } = await startPod('short', 'sleep 1; exit 5')
    const pid = own.containerd.pid()
    process.kill(pid, 'SIGSTOP')
    await sleep(1500)
    process.kill(pid, 'SIGKILL')
    await until('the end to be known', async () => (await own.runtime.containerStatus(id))?.state === 'Exited')
    assert.notEqual(own.containerd.pid(), pid)
    await own.runtime.stopPodSandbox(pod)
    await own.runtime.removePodSandbox(pod)
  })

  test('a later start adopts what an earlier one left running, and watches over it', async () => {
    const { id } = await startPod('adopted', 'while true; do sleep 1; done')
    const pid = own.containerd.pid()
    own.containerd.release()
    own.containerd = await startContainerd(own.options)
    assert.equal(own.containerd.adopted, true)
    assert.equal(own.containerd.pid(), pid)
    process.kill(pid, 'SIGKILL')
    await until('another process', () => own.containerd.pid() !== pid)
    assert.equal((await own.runtime.containerStatus(id))?.state, 'Running')
  })

  test('an OCI archive built from files is imported, and built twice it is the same', async () => {
    const definition = { name: 'k8ts.local/tiny:2', architecture, files: [{ path: '/etc/motd', content: 'hello' }], labels: { a: 'b' } }
    const archive = await buildImage(definition)
    assert.deepEqual(archive, await buildImage(definition))
    assert.deepEqual(await importImage(own.images, archive), ['k8ts.local/tiny:2'])
    assert.deepEqual((await own.runtime.imageStatus('k8ts.local/tiny:2'))?.repoTags, ['k8ts.local/tiny:2'])
    await own.runtime.removeImage('k8ts.local/tiny:2')
    assert.equal(await own.runtime.imageStatus('k8ts.local/tiny:2'), undefined)
    await assert.rejects(importImage(own.images, new TextEncoder().encode('no archive')), /cannot import/)
  })

  test('with nobody watching over it, everything is still taken away', async () => {
    const other = await privateContainerd()
    const uid = 'orphan'
    const config: PodSandboxConfig = { ...podConfig(uid), logDirectory: `${other.directory}/logs`, cgroupParent: `${other.cgroupRoot}/${uid}` }
    const pod = await other.runtime.runPodSandbox(config)
    const container = { ...shell('while true; do sleep 1; done'), metadata: { name: 'main', attempt: 0 }, env: [], mounts: [], labels: {}, annotations: {}, logPath: 'main.log' }
    await other.runtime.startContainer(await other.runtime.createContainer(pod, container, config))
    other.containerd.release()
    process.kill(other.containerd.pid(), 'SIGKILL')
    await removeContainerd(other.options)
    other.containerd = { ...other.containerd, stop: async () => {} }
    assert.deepEqual(await other.close(), [])

    const { id } = await startPod('neighbour', 'while true; do sleep 1; done')
    const sockets = await own.host.files.list('/run/containerd/s')
    await removeContainerd(other.options)
    assert.deepEqual(await own.host.files.list('/run/containerd/s'), sockets, 'the shims of others keep their sockets')
    const pid = own.containerd.pid()
    process.kill(pid, 'SIGKILL')
    await until('another process', () => own.containerd.pid() !== pid)
    assert.equal((await own.runtime.containerStatus(id))?.state, 'Running')
  })
})
