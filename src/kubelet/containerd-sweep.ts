import type { Host } from '../host/host.ts'
import { connectTcp } from '../host/sockets.ts'
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
const CONNECT_TIMEOUT_MS = 1_000

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

/**
 * A shim that was killed leaves its socket, and it may be known to no bundle any more. Nobody listens there: that is asked by connecting, which
 * also tells of shims of other clusters in other network namespaces.
 */
async function removeDeadShimSockets({ files }: Host): Promise<void> {
  for (const { name } of (await files.exists(SHIM_SOCKETS)) ? await files.list(SHIM_SOCKETS) : []) {
    const answer = await connectTcp(`${SHIM_SOCKETS}/${name}`, { timeoutMs: CONNECT_TIMEOUT_MS }).then(
      connection => void connection.destroy(), error => (error as { code?: string }).code)
    if (answer === 'ECONNREFUSED') await files.remove(`${SHIM_SOCKETS}/${name}`)
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
  await removeDeadShimSockets(host)
  for (const place of [paths.state, paths.temporary, paths.root]) await host.mounts.unmountBelow(place, { lazy: true })
  for (const path of [paths.state, paths.temporary, paths.pidFile, paths.socket, `${paths.socket}.ttrpc`]) await host.files.remove(path)
  await removeCgroups(options)
}
