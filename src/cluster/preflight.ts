import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { getuid } from 'node:process'
import type { Host } from '../host/host.ts'
import { StatusError } from '../machinery/status.ts'
import type { ClusterOptions } from './options.ts'

/** Refuses what needs root. */
export function requireRoot(what: string): void {
  if (getuid?.() !== 0) throw new StatusError('Forbidden', `${what} needs root: it makes namespaces, mounts and network interfaces. Run it with sudo`)
}

/** Refuses a machine on which no container can run. */
export async function requireCgroups({ cgroups }: Host): Promise<void> {
  if ((await cgroups.layout()) === 'none') {
    throw new StatusError('ServiceUnavailable', 'no control groups are mounted, and containers need them: run "mount -t cgroup2 none /sys/fs/cgroup", or boot with them')
  }
}

/** Refuses ports that others listen on, and says who they are. */
export async function requireFreePorts(host: Host, { bindAddress, port, kubeletPort }: ClusterOptions): Promise<void> {
  const wanted = [['port', bindAddress, port], ['kubelet-port', '0.0.0.0', kubeletPort]] as const
  for (const [flag, address, number] of wanted) {
    if (await isFree(address, number)) continue
    const holder = await listenerOn(host, number)
    throw new StatusError('Conflict', `port ${number} is taken${holder ? ` by ${holder}` : ''}: stop that, or choose another with --${flag}`)
  }
}

function isFree(address: string, port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false)
      else if (error.code === 'EADDRNOTAVAIL') reject(new StatusError('BadRequest', `this machine has no address ${address}: choose another with --bind-address`))
      else reject(error)
    })
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

const LISTEN = '0A'

/** The command and pid of the process that listens on a TCP port, from /proc. */
export async function listenerOn({ files, processes }: Host, port: number): Promise<string | undefined> {
  const inodes = new Set<string>()
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of (await readFile(table, 'utf8').catch(() => '')).split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/)
      if (fields[1]?.endsWith(suffix) && fields[3] === LISTEN) inodes.add(`socket:[${fields[9]}]`)
    }
  }
  for (const { pid, command } of inodes.size > 0 ? await processes.list() : []) {
    // A process may end, or belong to another user, while it is looked at.
    for (const { name } of await files.list(`/proc/${pid}/fd`).catch(() => [])) {
      const target = await files.readLink(`/proc/${pid}/fd/${name}`).catch(() => '')
      if (inodes.has(target)) return `${command.slice(0, 2).join(' ')} (pid ${pid})`
    }
  }
  return undefined
}
