import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { RuntimeError, type ContainerConfig, type ContainerStatus, type PodSandboxConfig, type Runtime, type RuntimeEvent } from './runtime.ts'

/** What containers the suite asks for; a fixture says how to get one. */
export type Behaviour =
  /** Runs until it is stopped, ends with 0 at once on SIGTERM. */
  | 'obedient'
  /** Runs until it is killed. */
  | 'stubborn'
  /** Prints `hello`, then ends with 3 after half a second. */
  | 'fails'
  /** Ends with 0 at once. */
  | 'completes'

/** A runtime to try, with what the suite cannot know. */
export interface RuntimeFixture {
  runtime: Runtime
  /** Image and command for a behaviour. The images are there. */
  container(behaviour: Behaviour): Pick<ContainerConfig, 'image' | 'command'>
  /** A command that prints `out`, complains `err` and ends with 4, and one that takes ten seconds. */
  printing: readonly string[]
  slow: readonly string[]
  /** Lets time pass: really, or on a fake clock. */
  pass(ms: number): Promise<void>
  readLog(path: string): Promise<string>
  moveLog(from: string, to: string): Promise<void>
  logDirectory: string
  cgroupParent?: string
  close(): Promise<void>
}

const WAIT_STEPS = 400
const WAIT_STEP_MS = 25

/** Follows the runtime's events from now on. */
class Events {
  readonly seen: RuntimeEvent[] = []
  readonly #over = new AbortController()
  readonly #done: Promise<void>

  constructor(runtime: Runtime) {
    this.#done = (async () => { for await (const event of runtime.events(this.#over.signal)) this.seen.push(event) })()
  }

  find<Type extends RuntimeEvent['type']>(type: Type, id: string): Extract<RuntimeEvent, { type: Type }> | undefined {
    return this.seen.find((event): event is Extract<RuntimeEvent, { type: Type }> => event.type === type && 'id' in event && event.id === id)
  }

  async stop(): Promise<void> {
    this.#over.abort()
    await this.#done
  }
}

/** What every runtime must do, whatever it is made of. */
export function runtimeConformance(name: string, open: () => Promise<RuntimeFixture>): void {
  describe(`runtime: ${name}`, () => {
    let fixture: RuntimeFixture
    let runtime: Runtime
    let events: Events
    let pods = 0

    before(async () => {
      fixture = await open()
      runtime = fixture.runtime
      events = new Events(runtime)
      await until('the first resync', () => events.seen[0]?.type === 'resync')
    })
    after(async () => {
      await events?.stop()
      await fixture?.close()
    })

    async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
      for (let step = 0; step < WAIT_STEPS; step++) {
        if (await holds()) return
        await fixture.pass(WAIT_STEP_MS)
      }
      assert.fail(`waited in vain for ${what}`)
    }
    /** Time passes until the promise is settled. */
    async function meanwhile(work: Promise<unknown>): Promise<void> {
      let settled = false
      const settle = (): void => { settled = true }
      work.then(settle, settle)
      await until('a call to return', () => settled)
      await work
    }
    const podConfig = (change: Partial<PodSandboxConfig> = {}): PodSandboxConfig => {
      const uid = `uid-${++pods}`
      return {
        metadata: { name: `pod-${pods}`, namespace: 'test', uid, attempt: 0 }, hostname: `pod-${pods}`, logDirectory: `${fixture.logDirectory}/${uid}`,
        labels: { pod: uid }, annotations: { note: 'kept' }, security: { namespaces: { network: 'POD', pid: 'CONTAINER', ipc: 'POD' } },
        ...(fixture.cgroupParent && { cgroupParent: `${fixture.cgroupParent}/${uid}` }), ...change,
      }
    }
    const containerConfig = (behaviour: Behaviour, change: Partial<ContainerConfig> = {}): ContainerConfig => ({
      metadata: { name: 'main', attempt: 0 }, ...fixture.container(behaviour), env: [{ name: 'GREETING', value: 'hello' }], mounts: [], labels: { part: 'main' },
      annotations: {}, logPath: 'main/0.log', ...change,
    })
    const startPod = async (behaviour: Behaviour): Promise<{ pod: string; id: string; config: PodSandboxConfig }> => {
      const config = podConfig()
      const pod = await runtime.runPodSandbox(config)
      const id = await runtime.createContainer(pod, containerConfig(behaviour), config)
      await runtime.startContainer(id)
      return { pod, id, config }
    }
    const removePod = async (id: string): Promise<void> => {
      await runtime.stopPodSandbox(id)
      await runtime.removePodSandbox(id)
    }
    const status = async (id: string): Promise<ContainerStatus> => {
      const found = await runtime.containerStatus(id)
      assert.ok(found, `no container ${id}`)
      return found
    }
    const exited = (id: string) => until(`the exit of ${id}`, () => events.find('exited', id) !== undefined)

    test('says who it is and that it is ready', async () => {
      const version = await runtime.version()
      assert.ok(version.name && version.version)
      const { conditions } = await runtime.status()
      for (const type of ['RuntimeReady', 'NetworkReady']) assert.equal(conditions.find(condition => condition.type === type)?.status, true, type)
    })

    test('a sandbox is made, listed, stopped and removed', async () => {
      const config = podConfig()
      const id = await runtime.runPodSandbox(config)
      const running = await runtime.podSandboxStatus(id)
      assert.equal(running?.state, 'Ready')
      assert.equal(running.ips.length, 1)
      assert.deepEqual({ ...running.metadata }, config.metadata)
      assert.deepEqual({ ...running.annotations }, { note: 'kept' })
      assert.deepEqual((await runtime.listPodSandboxes({ labels: config.labels })).map(sandbox => sandbox.id), [id])
      assert.deepEqual(await runtime.listPodSandboxes({ labels: { pod: 'another' } }), [])

      await runtime.stopPodSandbox(id)
      assert.equal((await runtime.podSandboxStatus(id))?.state, 'NotReady')
      assert.deepEqual(await runtime.listPodSandboxes({ labels: config.labels, state: 'Ready' }), [])
      await runtime.stopPodSandbox(id)
      await runtime.removePodSandbox(id)
      assert.equal(await runtime.podSandboxStatus(id), undefined)
      await runtime.removePodSandbox(id)
      await runtime.stopPodSandbox(id)
    })

    test('pods have addresses of their own; a pod in the host network has none', async () => {
      const [one, two, host] = await Promise.all([
        runtime.runPodSandbox(podConfig()), runtime.runPodSandbox(podConfig()),
        runtime.runPodSandbox(podConfig({ hostname: '', security: { namespaces: { network: 'NODE', pid: 'CONTAINER', ipc: 'POD' } } })),
      ])
      const ips = async (id: string) => (await runtime.podSandboxStatus(id))?.ips ?? []
      assert.notDeepEqual(await ips(one), await ips(two))
      assert.deepEqual(await ips(host), [])
      await Promise.all([one, two, host].map(removePod))
    })

    test('a container that fails tells its code, by event and by status', async () => {
      const { pod, id, config } = await startPod('fails')
      const running = await status(id)
      assert.equal(running.state, 'Running')
      assert.ok(running.startedAtMs >= running.createdAtMs && running.finishedAtMs === 0)
      await exited(id)
      assert.equal(events.find('exited', id)?.exitCode, 3)
      const over = await status(id)
      assert.deepEqual([over.state, over.exitCode, over.reason], ['Exited', 3, 'Error'])
      assert.ok(over.finishedAtMs > over.startedAtMs)
      assert.ok(events.find('started', id) && events.find('started', pod))
      assert.deepEqual((await runtime.listContainers({ podSandboxId: pod })).map(container => [container.id, container.state]), [[id, 'Exited']])
      assert.equal(over.logPath, `${config.logDirectory}/main/0.log`)
      assert.match(await fixture.readLog(over.logPath), /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d) stdout F hello\n$/)
      await removePod(pod)
      assert.equal(await runtime.containerStatus(id), undefined)
    })

    test('when an exit is told, the status already says so', async () => {
      const over = new AbortController()
      const told = new Map<string, ContainerStatus | undefined>()
      const following = (async () => {
        for await (const event of runtime.events(over.signal)) if (event.type === 'exited') told.set(event.id, await runtime.containerStatus(event.id))
      })()
      await fixture.pass(200)
      const { pod, id } = await startPod('completes')
      await until('the exit', () => told.has(id))
      over.abort()
      await following
      const { state, exitCode, reason } = told.get(id)!
      assert.deepEqual([state, exitCode, reason], ['Exited', 0, 'Completed'])
      await removePod(pod)
    })

    test('stopping gives the grace that was asked for', async () => {
      const { pod, id } = await startPod('obedient')
      await fixture.pass(200)
      await meanwhile(runtime.stopContainer(id, 30))
      assert.deepEqual([(await status(id)).state, (await status(id)).exitCode], ['Exited', 0])
      await runtime.stopContainer(id, 30)

      const again = await runtime.createContainer(pod, containerConfig('stubborn', { metadata: { name: 'main', attempt: 1 } }), podConfig())
      await runtime.startContainer(again)
      await fixture.pass(200)
      const stopping = runtime.stopContainer(again, 1)
      await fixture.pass(300)
      assert.equal((await status(again)).state, 'Running')
      await meanwhile(stopping)
      assert.equal((await status(again)).exitCode, 137)
      await removePod(pod)
    })

    test('a name and attempt are taken once', async () => {
      const config = podConfig()
      const pod = await runtime.runPodSandbox(config)
      await assert.rejects(runtime.runPodSandbox(config), RuntimeError)
      await runtime.createContainer(pod, containerConfig('obedient'), config)
      await assert.rejects(runtime.createContainer(pod, containerConfig('obedient'), config), RuntimeError)
      await removePod(pod)
    })

    test('what is not there is told in the form of gRPC', async () => {
      const config = podConfig()
      const pod = await runtime.runPodSandbox(config)
      await assert.rejects(runtime.createContainer(pod, containerConfig('obedient', { image: 'nowhere.example/none:1' }), config), { code: 'NotFound' })
      await assert.rejects(runtime.startContainer('nothing'), (error: Error) => /^rpc error: code = NotFound desc = /.test(error.message))
      await assert.rejects(runtime.execSync('nothing', ['true'], 1000), { code: 'NotFound' })
      assert.equal(await runtime.containerStatus('nothing'), undefined)
      await runtime.stopContainer('nothing', 1)
      await runtime.removeContainer('nothing')
      await removePod(pod)
      await assert.rejects(runtime.createContainer(pod, containerConfig('obedient'), config), RuntimeError)
    })

    test('commands run in a container with their output, code and time limit', async () => {
      const { pod, id } = await startPod('obedient')
      const result = await runtime.execSync(id, fixture.printing, 10_000)
      assert.deepEqual([result.exitCode, Buffer.from(result.stdout).toString(), Buffer.from(result.stderr).toString()], [4, 'out', 'err'])
      await meanwhile(assert.rejects(runtime.execSync(id, fixture.slow, 300), { code: 'DeadlineExceeded' }))
      assert.equal((await status(id)).state, 'Running')
      assert.equal(events.find('exited', id), undefined, 'the end of an exec is not the end of the container')
      await removePod(pod)
    })

    test('stopping or removing a sandbox ends what runs in it', async () => {
      const { pod, id } = await startPod('stubborn')
      await runtime.stopPodSandbox(pod)
      await exited(id)
      await exited(pod)
      assert.equal((await status(id)).exitCode, 137)
      await runtime.removePodSandbox(pod)
      await until('the deletions', () => events.find('deleted', id) !== undefined && events.find('deleted', pod) !== undefined)

      const other = await startPod('stubborn')
      await runtime.removeContainer(other.id)
      assert.equal(await runtime.containerStatus(other.id), undefined)
      await removePod(other.pod)
    })

    test('a moved log is written anew after it is reopened', async () => {
      const { pod, id } = await startPod('obedient')
      const { logPath } = await status(id)
      if (!(await fixture.readLog(logPath).catch(() => undefined))) await runtime.reopenContainerLog(id)
      await fixture.moveLog(logPath, `${logPath}.old`)
      await runtime.reopenContainerLog(id)
      assert.equal(await fixture.readLog(logPath), '')
      await removePod(pod)
    })

    test('resources can be changed while it runs, and are counted', async () => {
      const { pod, id } = await startPod('obedient')
      await runtime.updateContainerResources(id, { cpuShares: 204, memoryLimitBytes: 64 << 20 })
      const stats = await runtime.containerStats(id)
      assert.equal(stats?.id, id)
      assert.ok((await runtime.listContainerStats({ podSandboxId: pod })).some(each => each.id === id))
      const podStats = (await runtime.listPodSandboxStats({ id: pod }))[0]
      assert.equal(podStats?.metadata.namespace, 'test')
      await removePod(pod)
      assert.deepEqual(await runtime.listContainerStats({ podSandboxId: pod }), [])
    })

    test('images are found by name and by id, and one that is not there is no error', async () => {
      const { image } = fixture.container('obedient')
      const found = await runtime.imageStatus(image)
      assert.ok(found && found.sizeBytes > 0)
      assert.equal((await runtime.imageStatus(found.id))?.id, found.id)
      assert.ok((await runtime.listImages()).some(each => each.id === found.id))
      assert.equal(await runtime.imageStatus('nowhere.example/none:1'), undefined)
      await runtime.removeImage('nowhere.example/none:1')
      assert.ok((await runtime.imageFsInfo()).imageFilesystems.length > 0)
    })
  })
}
