import type { Files } from '../host/files.ts'
import type { Metrics } from '../machinery/metrics.ts'
import { VERSION as API_VERSION } from '../apiserver/paths/version.ts'

const PAGE_BYTES = 4096
const TICKS_PER_SECOND = 100

/** What `/proc` tells of this process, under the names that every Go program uses, and what was built. Looked up when it is asked for. */
export function processMetrics(metrics: Metrics, files: Files, database?: string): { refresh(): Promise<void> } {
  const help: Readonly<Record<string, string>> = {
    process_cpu_seconds_total: 'Total user and system CPU time spent in seconds.', process_max_fds: 'Maximum number of open file descriptors.', process_open_fds: 'Number of open file descriptors.',
    process_network_receive_bytes_total: 'Number of bytes received by the process over the network.', process_network_transmit_bytes_total: 'Number of bytes sent by the process over the network.',
    process_resident_memory_bytes: 'Resident memory size in bytes.', process_start_time_seconds: 'Start time of the process since unix epoch in seconds.',
    process_virtual_memory_bytes: 'Virtual memory size in bytes.', process_virtual_memory_max_bytes: 'Maximum amount of virtual memory available in bytes.',
  }
  let seen: Readonly<Record<string, number>> = {}
  for (const [name, text] of Object.entries(help)) {
    metrics[name.endsWith('_total') ? 'counter' : 'gauge'](name, text, values => { if (seen[name] !== undefined) values.set({}, seen[name]) })
  }
  const { gitVersion, gitCommit, gitTreeState, buildDate, goVersion, compiler, platform, major, minor } = API_VERSION
  metrics.gauge('kubernetes_build_info', "A metric with a constant '1' value labeled by major, minor, git version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes was built, and platform on which it is running.")
    .set({ build_date: buildDate, compiler, git_commit: gitCommit, git_tree_state: gitTreeState, git_version: gitVersion, go_version: goVersion, major, minor, platform }, 1)
  let size: number | undefined
  metrics.gauge('apiserver_storage_size_bytes', 'Size of the storage database file physically allocated in bytes.', values => { if (size !== undefined) values.set({ storage_cluster_id: 'sqlite-0' }, size) })
  return {
    async refresh() {
      [seen, size] = await Promise.all([readProcess(files), database === undefined ? undefined : files.stat(database).then(found => found?.size)])
    },
  }
}

/** On machines without a part of `/proc`, that part is not told. */
async function readProcess(files: Files): Promise<Record<string, number>> {
  const read = (path: string): Promise<string> => files.readText(path).catch(() => '')
  const [stat, system, limits, network, open] = await Promise.all([
    read('/proc/self/stat'), read('/proc/stat'), read('/proc/self/limits'), read('/proc/self/net/netstat'), files.list('/proc/self/fd').catch(() => []),
  ])
  const found: Record<string, number> = {}
  // The program's name, in parentheses, may hold blanks: the numbers come after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ').map(Number)
  if (fields.length > 21) {
    found['process_cpu_seconds_total'] = (fields[11]! + fields[12]!) / TICKS_PER_SECOND
    found['process_virtual_memory_bytes'] = fields[20]!
    found['process_resident_memory_bytes'] = fields[21]! * PAGE_BYTES
    const booted = Number(/^btime (\d+)/m.exec(system)?.[1])
    if (booted) found['process_start_time_seconds'] = booted + fields[19]! / TICKS_PER_SECOND
  }
  const limit = (name: string): string | undefined => new RegExp(`^${name}\\s+(\\S+)`, 'm').exec(limits)?.[1]
  const files_ = limit('Max open files')
  const memory = limit('Max address space')
  if (files_) found['process_max_fds'] = Number(files_)
  // "unlimited" is told as Go tells it: the largest number there is.
  if (memory) found['process_virtual_memory_max_bytes'] = memory === 'unlimited' ? 2 ** 64 : Number(memory)
  if (open.length > 0) found['process_open_fds'] = open.length
  const [names, values] = network.split('\n').filter(line => line.startsWith('IpExt:')).map(line => line.split(' '))
  for (const [name, field] of [['process_network_receive_bytes_total', 'InOctets'], ['process_network_transmit_bytes_total', 'OutOctets']] as const) {
    const value = Number(values?.[names?.indexOf(field) ?? -1])
    if (Number.isFinite(value)) found[name] = value
  }
  return found
}
