import type { Host } from '../host/host.ts'
import { sleep, type Clock } from '../machinery/clock.ts'
import { containerdPaths } from './containerd-config.ts'

interface SweepOptions {
  host: Host
  clock: Clock
  directory: string
  cgroupRoot?: string
}

/** Where containerd puts the shims' sockets, whatever its state directory. */
const SHIM_SOCKETS = '/run/containerd/s'
const GONE_TIMEOUT_MS = 5_000

/** The shims of this containerd, and what runs below them. A shim's command line names the containerd it belongs to. */
async function shimsAndContainers({ processes }: Host, socket: string): Promise<number[]> {
  const all = await processes.list()
  const isOurs = (command: readonly string[]): boolean => (command[0] ?? '').includes('containerd-shim') && command.includes(socket)
  const found = new Set(all.filter(({ command }) => isOurs(command)).map(({ pid }) => pid))
  for (let size = 0; size !== found.size;) {
    size = found.size
    for (const { pid, parentPid } of all) if (found.has(parentPid)) found.add(pid)
  }
  return [...found]
}

async function killAll({ host, clock, cgroupRoot }: SweepOptions, socket: string): Promise<void> {
  const deadline = clock.monotonic() + GONE_TIMEOUT_MS
  while (clock.monotonic() < deadline) {
    const pids = [...(await shimsAndContainers(host, socket)), ...(cgroupRoot ? await host.cgroups.processes(cgroupRoot) : [])]
    const living = pids.filter(pid => host.processes.signal(pid, 'SIGKILL'))
    const infos = await Promise.all(living.map(pid => host.processes.info(pid)))
    if (infos.every(info => !info || info.state === 'Z')) return
    await sleep(clock, 10)
  }
}

async function removeShimSockets({ files }: Host, state: string): Promise<void> {
  const tasks = `${state}/io.containerd.runtime.v2.task`
  for (const namespace of (await files.exists(tasks)) ? await files.list(tasks) : []) {
    for (const task of await files.list(`${tasks}/${namespace.name}`)) {
      const addressFile = `${tasks}/${namespace.name}/${task.name}/address`
      const address = (await files.exists(addressFile)) ? (await files.readText(addressFile)).replace(/^unix:\/\//, '') : ''
      if (address.startsWith(`${SHIM_SOCKETS}/`)) await files.remove(address)
    }
  }
}

/** Removes a tree of control groups; the last of the killed may take a moment to leave them. */
async function removeCgroups({ host, clock, cgroupRoot }: SweepOptions): Promise<void> {
  if (!cgroupRoot) return
  for (const deadline = clock.monotonic() + GONE_TIMEOUT_MS; ; await sleep(clock, 10)) {
    try {
      return await host.cgroups.remove(cgroupRoot)
    } catch (error) {
      if (clock.monotonic() > deadline) throw error
    }
  }
}

/** Takes away, without any help of containerd, what it or an earlier one may have left: processes, mounts, namespaces, sockets, cgroups. */
export async function sweepContainerd(options: SweepOptions): Promise<void> {
  const { host, directory } = options
  const paths = containerdPaths(directory)
  await killAll(options, paths.socket)
  await removeShimSockets(host, paths.state)
  for (const place of [paths.state, paths.temporary, paths.root]) await host.mounts.unmountBelow(place, { lazy: true })
  for (const path of [paths.state, paths.temporary, paths.pidFile, paths.socket, `${paths.socket}.ttrpc`]) await host.files.remove(path)
  await removeCgroups(options)
}
