import type { Host } from '../host/host.ts'
import { outputOf, type ProcessInfo } from '../host/process.ts'
import { removeCniNetwork } from '../kubelet/cni.ts'
import { removeContainerd } from '../kubelet/containerd.ts'
import { sleep, type Clock } from '../machinery/clock.ts'
import type { Log } from '../machinery/log.ts'
import { StatusError } from '../machinery/status.ts'
import type { Layout } from './layout.ts'
import { readState, writeState } from './state.ts'

export interface TearDown {
  host: Host
  clock: Clock
  log: Log
  instance: string
  layout: Layout
  /** How long containers that handle SIGTERM may take to end. */
  graceMs: number
  progress(message: string): void
}

const SERVER_STOP_MS = 30_000
const POLL_MS = 10

/** Stops everything of an instance and takes away what it made, however its last run ended. What is gone already is no error. */
export async function tearDown(request: TearDown): Promise<void> {
  const { host, instance, layout, progress } = request
  await stopServers(request)
  if ((await host.cgroups.processes(layout.cgroup)).length > 0) {
    progress('stopping the pods')
    await endContainers(request)
  }
  await removeContainerd({ ...request, directory: layout.containerdDir, cgroupRoot: layout.cgroup })
  await removeCniNetwork(host, layout.cni)
  await removeTables(host, layout.nftTable)
  for (const directory of [layout.kubeletDir, layout.containerdDir, layout.runDir]) await host.mounts.unmountBelow(directory, { lazy: true })
  await host.files.remove(layout.runDir)
  const state = await readState(host.files, layout.stateFile)
  if (state && state.instance === instance) await writeState(host.files, layout.stateFile, { ...state, phase: 'stopped', processes: [], ports: {} })
}

/** Removes the data folder, if it is one of ours. */
export async function purge(host: Host, instance: string, layout: Layout): Promise<void> {
  if (!(await host.files.exists(layout.dataDir))) return
  // A start that failed early has made a few folders and no state file yet.
  const known = new Set(Object.values(layout).filter(value => typeof value === 'string').map(path => path.slice(layout.dataDir.length + 1).split('/')[0]))
  const entries = await host.files.list(layout.dataDir)
  const stateFile = entries.find(({ name }) => /^state(-[a-z-]+)?\.json$/.test(name))
  const state = stateFile && (await readState(host.files, `${layout.dataDir}/${stateFile.name}`))
  if (state ? state.instance !== instance : entries.some(({ name }) => !known.has(name))) {
    throw new StatusError('Conflict', `${layout.dataDir} is not the data folder of ${instance}: remove it yourself, or name the right --data-dir`)
  }
  await host.files.remove(layout.dataDir)
}

/** The processes that hold the claim of an instance, or of one of its components: found by the kernel's own table, so no file need be right. */
export async function claimHolders({ files, processes }: Host, instance: string): Promise<ProcessInfo[]> {
  const inodes = new Set<string>()
  for (const line of (await files.readText('/proc/net/unix')).split('\n')) {
    const [, inode, name = ''] = /\s(\d+) @(k8ts\/\S+)$/.exec(line) ?? []
    if (inode && (name === `k8ts/${instance}` || name.startsWith(`k8ts/${instance}/`))) inodes.add(`socket:[${inode}]`)
  }
  const holders: ProcessInfo[] = []
  for (const process of inodes.size > 0 ? await processes.list() : []) {
    const links = await files.list(`/proc/${process.pid}/fd`).catch(() => [])
    const targets = await Promise.all(links.map(({ name }) => files.readLink(`/proc/${process.pid}/fd/${name}`).catch(() => '')))
    if (targets.some(target => inodes.has(target))) holders.push(process)
  }
  return holders
}

async function stopServers({ host, clock, instance, progress, log }: TearDown): Promise<void> {
  const holders = (await claimHolders(host, instance)).filter(({ pid }) => pid !== host.processes.pid)
  if (holders.length === 0) return
  progress('stopping the control plane and the node agent')
  for (const { pid } of holders) host.processes.signal(pid, 'SIGTERM')
  const left = await untilGone(host, clock, holders, SERVER_STOP_MS)
  for (const { pid } of left) {
    log.warn('the server did not stop in order', { pid })
    host.processes.signal(pid, 'SIGKILL')
  }
  await untilGone(host, clock, left, SERVER_STOP_MS)
}

/** Waits; returns those that are still there at the end. */
async function untilGone({ processes }: Host, clock: Clock, awaited: readonly ProcessInfo[], timeoutMs: number): Promise<ProcessInfo[]> {
  const deadline = clock.monotonic() + timeoutMs
  let left = [...awaited]
  while (true) {
    const infos = await Promise.all(left.map(({ pid }) => processes.info(pid)))
    left = left.filter((process, index) => infos[index] && infos[index].state !== 'Z' && infos[index].startedAtTicks === process.startedAtTicks)
    if (left.length === 0 || clock.monotonic() >= deadline) return left
    await sleep(clock, POLL_MS)
  }
}

const SIGTERM_BIT = 14n

/** Whether a process has a handler for SIGTERM. A container's first process without one ignores it: waiting for that would be in vain. */
async function handlesTerm({ files }: Host, pid: number): Promise<boolean> {
  const status = await files.readText(`/proc/${pid}/status`).catch(() => '')
  const caught = BigInt(`0x${/^SigCgt:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`)
  return (caught >> SIGTERM_BIT) % 2n === 1n
}

async function endContainers({ host, clock, layout, graceMs }: TearDown): Promise<void> {
  const inGroup = await Promise.all((await host.cgroups.processes(layout.cgroup)).map(pid => host.processes.info(pid)))
  const asked: ProcessInfo[] = []
  for (const process of inGroup) {
    if (!process || !(await handlesTerm(host, process.pid))) continue
    host.processes.signal(process.pid, 'SIGTERM')
    asked.push(process)
  }
  await untilGone(host, clock, asked, graceMs)
}

/** Deletes the tables of this name in whichever families they are. */
async function removeTables({ processes, network }: Host, name: string): Promise<void> {
  const listed = await processes.run(['nft', 'list', 'tables'])
  if (listed.code !== 0) return
  for (const [, family, table] of outputOf(listed).matchAll(/^table (\S+) (\S+)$/gm)) {
    if (table === name || table?.startsWith(`${name}.`)) await network.nft(`delete table ${family} ${table}\n`)
  }
}
