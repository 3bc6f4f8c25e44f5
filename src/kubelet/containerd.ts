import { connectTcp } from '../host/sockets.ts'
import { capabilities, type Child } from '../host/process.ts'
import type { Host } from '../host/host.ts'
import { sleep, type Clock } from '../machinery/clock.ts'
import type { Log } from '../machinery/log.ts'
import { containerdConfig, containerdPaths, snapshotterOf, type ContainerdPaths, type Snapshotter } from './containerd-config.ts'
import { sweepContainerd } from './containerd-sweep.ts'
import { criRuntime } from './cri.ts'

export interface ContainerdOptions {
  host: Host
  clock: Clock
  log: Log
  /** The directory of this node's containerd; short, since a unix socket's path takes at most 107 characters. */
  directory: string
  /** Reference of the sandbox image, which must be imported before the first pod. */
  pauseImage: string
  cniBinaries?: string
  /** Control groups below this one are removed by `stop`. */
  cgroupRoot?: string
  /** Variables for containerd besides PATH: proxies, mostly. */
  env?: Readonly<Record<string, string>>
}

/** A containerd of our own that is kept running. */
export interface Containerd {
  paths: ContainerdPaths
  snapshotter: Snapshotter
  /** Whether it was found running from an earlier run. */
  adopted: boolean
  /** Of the process at present. */
  pid(): number
  /** Stops watching over it; containerd and all containers go on, and the next start adopts them. */
  release(): void
  /** Ends everything it runs and itself, and leaves nothing but images on disk: no process, mount, namespace, interface or cgroup. */
  stop(): Promise<void>
}

interface PidRecord {
  pid: number
  startedAtTicks: number
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const START_TIMEOUT_MS = 30_000
const STOP_TIMEOUT_MS = 5_000
const FIRST_RETRY_MS = 100
const LONGEST_RETRY_MS = 5_000
/** After this long in service a failure is a new one and the retries start over. */
const HEALTHY_AFTER_MS = 30_000
const MAX_LOG_BYTES = 10 << 20
const MAX_SOCKET_PATH = 107

/** Tries the real thing: a kernel may know overlay and still refuse it on this file system. */
async function chooseSnapshotter({ files, mounts }: Host, directory: string): Promise<Snapshotter> {
  const trial = `${directory}/overlay-trial`
  try {
    for (const name of ['lower', 'upper', 'work', 'merged']) await files.makeDirectory(`${trial}/${name}`)
    await mounts.mount({
      source: 'overlay', target: `${trial}/merged`, type: 'overlay', options: [`lowerdir=${trial}/lower`, `upperdir=${trial}/upper`, `workdir=${trial}/work`],
    })
    return 'overlayfs'
  } catch {
    return 'native'
  } finally {
    await mounts.unmount(`${trial}/merged`)
    await files.remove(trial)
  }
}

/** Writes the configuration; says whether it is another than that of the last start. */
async function configure(options: ContainerdOptions, paths: ContainerdPaths): Promise<{ snapshotter: Snapshotter; changed: boolean }> {
  const { host, directory, log } = options
  for (const path of [paths.root, paths.state, paths.temporary, paths.cniConfig, paths.registries]) await host.files.makeDirectory(path, 0o711)
  const old = (await host.files.exists(paths.config)) ? await host.files.readText(paths.config) : ''
  const snapshotter = snapshotterOf(old) ?? (await chooseSnapshotter(host, directory))
  const restrictOomScore = !(await host.processes.hasCapability(capabilities.sysResource))
  const config = containerdConfig({ paths, snapshotter, restrictOomScore, pauseImage: options.pauseImage, cniBinaries: options.cniBinaries ?? '/usr/lib/cni' })
  if (config === old) return { snapshotter, changed: false }
  if (snapshotter === 'native') log.warn('overlayfs does not work here: images are copied for each container', { directory })
  await host.files.write(paths.config, config, { atomic: true })
  return { snapshotter, changed: old !== '' }
}

/** The process of the pid file, if it is still the one that was written down there. */
export async function runningContainerd({ files, processes }: Host, paths: ContainerdPaths): Promise<PidRecord | undefined> {
  if (!(await files.exists(paths.pidFile))) return undefined
  const record = JSON.parse(await files.readText(paths.pidFile)) as PidRecord
  const info = await processes.info(record.pid)
  return info && info.state !== 'Z' && info.startedAtTicks === record.startedAtTicks ? record : undefined
}

/** SIGTERM, then SIGKILL; resolves when the process is gone. */
export async function endProcess({ processes }: Host, clock: Clock, { pid, startedAtTicks }: PidRecord): Promise<void> {
  const isThere = async (): Promise<boolean> => {
    const info = await processes.info(pid)
    return info !== undefined && info.state !== 'Z' && info.startedAtTicks === startedAtTicks
  }
  const deadline = clock.monotonic() + STOP_TIMEOUT_MS
  processes.signal(pid, 'SIGTERM')
  while (await isThere()) {
    if (clock.monotonic() > deadline) processes.signal(pid, 'SIGKILL')
    await sleep(clock, 5)
  }
}

async function lastLines({ files }: Host, path: string): Promise<string> {
  const text = (await files.exists(path)) ? await files.readText(path) : ''
  return text.trim().split('\n').slice(-3).join('\n')
}

/** Until the socket takes connections; throws what containerd said when it ends before. */
async function untilServing({ host, clock }: ContainerdOptions, paths: ContainerdPaths, ended: () => boolean): Promise<void> {
  const deadline = clock.monotonic() + START_TIMEOUT_MS
  while (true) {
    const connection = await connectTcp(paths.socket).catch(() => undefined)
    connection?.destroy()
    if (connection) return
    if (ended()) throw new Error(`containerd does not start: ${await lastLines(host, paths.log)}`)
    if (clock.monotonic() > deadline) throw new Error(`containerd does not serve ${paths.socket} after ${START_TIMEOUT_MS / 1000} s: see ${paths.log}`)
    await sleep(clock, 5)
  }
}

/** A process that serves, and the promise of its end. */
interface Instance extends PidRecord {
  ended: Promise<void>
}

async function launch(options: ContainerdOptions, paths: ContainerdPaths): Promise<Instance> {
  const { files, processes } = options.host
  const log = await files.stat(paths.log)
  if (log && log.size > MAX_LOG_BYTES) await files.truncate(paths.log, 0)
  await files.remove(paths.socket)
  const child: Child = await processes.spawn(['containerd', '--config', paths.config, '--log-level', 'warn'], {
    detached: true, logFile: paths.log, env: { PATH, ...options.env },
  })
  const state = { ended: false }
  const ended = child.exited.then(() => { state.ended = true })
  const info = await processes.info(child.pid)
  const record: PidRecord = { pid: child.pid, startedAtTicks: info?.startedAtTicks ?? 0 }
  await files.write(paths.pidFile, JSON.stringify(record), { atomic: true })
  await untilServing(options, paths, () => state.ended)
  return { ...record, ended }
}

/**
 * A process that is not our child gives no notice of its end, but a connection to it does. The ttrpc socket is the one where nothing has to be
 * said to keep it.
 */
async function watchStranger({ host, clock }: ContainerdOptions, paths: ContainerdPaths, record: PidRecord, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await runningContainerd(host, paths))?.pid === record.pid) {
    const connection = await connectTcp(`${paths.socket}.ttrpc`).catch(() => undefined)
    if (!connection) {
      await sleep(clock, 100, signal).catch(() => undefined)
      continue
    }
    const drop = (): void => void connection.destroy()
    signal.addEventListener('abort', drop, { once: true })
    connection.unref()
    connection.resume()
    await new Promise<void>(resolve => { connection.on('error', drop); connection.once('close', () => resolve()) })
    signal.removeEventListener('abort', drop)
  }
}

async function adopt(options: ContainerdOptions, paths: ContainerdPaths, configChanged: boolean, signal: AbortSignal): Promise<Instance | undefined> {
  const record = await runningContainerd(options.host, paths)
  if (!record) return undefined
  const serves = await connectTcp(paths.socket, { timeoutMs: 1000 }).then(connection => connection.destroy(), () => undefined)
  if (configChanged || !serves) {
    await endProcess(options.host, options.clock, record)
    return undefined
  }
  return { ...record, ended: watchStranger(options, paths, record, signal) }
}

/** The process at present, and the next one while it is being started. */
interface Supervised {
  instance: Instance
  launching?: Promise<unknown>
}

/** Starts it again whenever it ends, ever more slowly while it keeps ending. Containers do not notice: their shims are processes of their own. */
async function supervise(options: ContainerdOptions, paths: ContainerdPaths, state: Supervised, signal: AbortSignal): Promise<void> {
  const { clock, log } = options
  let retryMs = FIRST_RETRY_MS
  while (true) {
    const { instance } = state
    const startedAtMs = clock.monotonic()
    await instance.ended
    if (clock.monotonic() - startedAtMs > HEALTHY_AFTER_MS) retryMs = FIRST_RETRY_MS
    while (state.instance === instance) {
      if (signal.aborted) return
      log.warn('containerd ended, starting it again', { pid: instance.pid, afterMs: retryMs })
      await sleep(clock, retryMs, signal).catch(() => undefined)
      if (signal.aborted) return
      retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)
      state.launching = launch(options, paths).then(next => { state.instance = next }, error => log.error('cannot start containerd', { error }))
      await state.launching
    }
  }
}

/** Ends every sandbox the orderly way, so that their addresses and interfaces are given back. */
async function removeSandboxes(paths: ContainerdPaths, log: Log): Promise<void> {
  const runtime = criRuntime({ endpoint: paths.socket, timeoutMs: 20_000 })
  try {
    const sandboxes = await runtime.listPodSandboxes()
    await Promise.all(sandboxes.map(async ({ id }) => {
      await runtime.stopPodSandbox(id)
      await runtime.removePodSandbox(id)
    }))
  } catch (error) {
    log.warn('could not stop every pod in order, sweeping up', { error })
  } finally {
    runtime.close()
  }
}

/** Starts a containerd below `directory`, or takes over the one an earlier run left there, and keeps it running. Resolves when it serves. */
export async function startContainerd(options: ContainerdOptions): Promise<Containerd> {
  const { host, clock, log, directory } = options
  const paths = containerdPaths(directory)
  if (`${paths.socket}.ttrpc`.length > MAX_SOCKET_PATH) throw new Error(`the data folder's path is too long for a unix socket: ${directory}`)
  const { snapshotter, changed } = await configure(options, paths)
  const over = new AbortController()
  const found = await adopt(options, paths, changed, over.signal)
  const state: Supervised = { instance: found ?? (await launch(options, paths)) }
  void supervise(options, paths, state, over.signal)
  return {
    paths, snapshotter, adopted: found !== undefined,
    pid: () => state.instance.pid,
    release: () => over.abort(),
    async stop() {
      await removeSandboxes(paths, log)
      over.abort()
      await state.launching
      await endProcess(host, clock, state.instance)
      await sweepContainerd(options)
    },
  }
}

/** Does what `stop` does where nobody watches over the containerd of `directory` any more, running or not. */
export async function removeContainerd(options: Pick<ContainerdOptions, 'host' | 'clock' | 'log' | 'directory' | 'cgroupRoot'>): Promise<void> {
  const paths = containerdPaths(options.directory)
  const record = await runningContainerd(options.host, paths)
  if (record) {
    await removeSandboxes(paths, options.log)
    await endProcess(options.host, options.clock, record)
  }
  await sweepContainerd(options)
}
