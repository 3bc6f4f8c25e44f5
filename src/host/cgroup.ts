import * as fs from 'node:fs/promises'
import { join } from 'node:path'
import { parseMountInfo } from './mount.ts'

/** How the machine mounts its control groups; `hybrid` has v1 controllers and an empty v2 tree beside them. */
export type CgroupLayout = 'v1' | 'v2' | 'hybrid' | 'none'

/** What a group may use at most. Absent: not touched; -1: no limit. */
export interface CgroupLimits {
  /** As Docker and Kubernetes count: 1024 for one core; turned into a weight on v2. */
  cpuShares?: number
  cpuQuotaMicros?: number
  cpuPeriodMicros?: number
  memoryBytes?: number
  pids?: number
  /** v2 files and what to write into them. */
  unified?: Readonly<Record<string, string>>
}

export interface CgroupUsage {
  cpuNanoseconds: number
  memoryBytes: number
  /** Memory that cannot simply be dropped: usage without inactive file pages. */
  workingSetBytes: number
  rssBytes: number
  pageFaults: number
  majorPageFaults: number
  pids: number
}

/** Control groups by their path below the root of each hierarchy: `/k8ts/kubepods/pod…`. */
export interface Cgroups {
  layout(): Promise<CgroupLayout>
  /** Makes the group and its parents; no error when it is there. */
  create(path: string, limits?: CgroupLimits): Promise<void>
  update(path: string, limits: CgroupLimits): Promise<void>
  /** The processes of the group and of the groups below it. */
  processes(path: string): Promise<number[]>
  /** The group and those below it, in every hierarchy; no error when there is none. Throws while processes are in it. */
  remove(path: string): Promise<void>
  /** `undefined` when there is no such group. */
  usage(path: string): Promise<CgroupUsage | undefined>
  /** Names of the groups right below. */
  children(path: string): Promise<string[]>
}

interface Hierarchy {
  directory: string
  version: 1 | 2
  /** v1 only. */
  controllers: readonly string[]
}

type Write = readonly [controller: string, file: string, value: string]

const missingAs = <Value>(fallback: Value) => (error: NodeJS.ErrnoException): Value => {
  if (['ENOENT', 'ENODEV', 'ENOTDIR'].includes(error.code ?? '')) return fallback
  throw error
}

/** Shares (2 … 262144) as a v2 weight (1 … 10000), by the formula that runc and the kubelet use. */
export const weightOfShares = (shares: number): number => (shares === 0 ? 0 : 1 + Math.floor(((Math.min(Math.max(shares, 2), 262144) - 2) * 9999) / 262142))

/** What to write where for these limits on v1. */
export function writesV1(limits: CgroupLimits): Write[] {
  const writes: Write[] = []
  if (limits.cpuShares !== undefined) writes.push(['cpu', 'cpu.shares', String(Math.max(limits.cpuShares, 2))])
  if (limits.cpuPeriodMicros !== undefined) writes.push(['cpu', 'cpu.cfs_period_us', String(limits.cpuPeriodMicros)])
  if (limits.cpuQuotaMicros !== undefined) writes.push(['cpu', 'cpu.cfs_quota_us', String(limits.cpuQuotaMicros)])
  if (limits.memoryBytes !== undefined) writes.push(['memory', 'memory.limit_in_bytes', String(limits.memoryBytes)])
  if (limits.pids !== undefined) writes.push(['pids', 'pids.max', limits.pids < 0 ? 'max' : String(limits.pids)])
  return writes
}

/** What to write where for these limits on v2. */
export function writesV2(limits: CgroupLimits): Write[] {
  const bound = (value: number): string => (value < 0 ? 'max' : String(value))
  const writes: Write[] = []
  if (limits.cpuShares !== undefined) writes.push(['cpu', 'cpu.weight', String(weightOfShares(Math.max(limits.cpuShares, 2)))])
  if (limits.cpuQuotaMicros !== undefined) writes.push(['cpu', 'cpu.max', `${bound(limits.cpuQuotaMicros)} ${limits.cpuPeriodMicros ?? 100_000}`])
  if (limits.memoryBytes !== undefined) writes.push(['memory', 'memory.max', bound(limits.memoryBytes)])
  if (limits.pids !== undefined) writes.push(['pids', 'pids.max', bound(limits.pids)])
  for (const [file, value] of Object.entries(limits.unified ?? {})) writes.push([file.split('.')[0]!, file, value])
  return writes
}

async function findHierarchies(): Promise<Hierarchy[]> {
  const mounts = parseMountInfo(await fs.readFile('/proc/self/mountinfo', 'utf8')).filter(mount => mount.type === 'cgroup' || mount.type === 'cgroup2')
  const options = await fs.readFile('/proc/mounts', 'utf8')
  const superOptions = new Map(options.split('\n').map(line => [line.split(' ')[1] ?? '', line.split(' ')[3]?.split(',') ?? []]))
  const seen = new Set<string>()
  return mounts.filter(({ target }) => !seen.has(target) && seen.add(target)).map(({ target, type }) => ({
    directory: target, version: type === 'cgroup2' ? 2 : 1, controllers: superOptions.get(target) ?? [],
  }))
}

/** On v2 a controller works in a group only when each parent hands it down. */
async function makeWithControllers(root: string, path: string): Promise<void> {
  const available = (await fs.readFile(join(root, 'cgroup.controllers'), 'utf8')).trim().split(' ').filter(Boolean)
  let directory = root
  for (const part of path.split('/').filter(Boolean)) {
    for (const controller of available) {
      // A root that holds processes, or a controller without delegation, refuses; the limits that need it then fail by name.
      await fs.writeFile(join(directory, 'cgroup.subtree_control'), `+${controller}`).catch(() => undefined)
    }
    directory = join(directory, part)
    await fs.mkdir(directory).catch(error => { if (error.code !== 'EEXIST') throw error })
  }
}

async function walk(directory: string, visit: (directory: string) => Promise<void>): Promise<void> {
  const entries = await fs.readdir(directory, { withFileTypes: true }).catch(missingAs(undefined))
  if (!entries) return
  for (const entry of entries) if (entry.isDirectory()) await walk(join(directory, entry.name), visit)
  await visit(directory)
}

const readNumber = async (path: string): Promise<number> => Number((await fs.readFile(path, 'utf8').catch(missingAs('0'))).trim()) || 0

async function readTable(path: string): Promise<Record<string, number>> {
  const text = await fs.readFile(path, 'utf8').catch(missingAs(''))
  return Object.fromEntries(text.split('\n').filter(Boolean).map(line => [line.split(' ')[0]!, Number(line.split(' ')[1])]))
}

async function usageV1(at: (controller: string) => string | undefined): Promise<CgroupUsage> {
  const file = (controller: string, name: string): string => join(at(controller) ?? '/nonexistent', name)
  const [cpuNanoseconds, memoryBytes, memory, pids] = await Promise.all([
    readNumber(file('cpuacct', 'cpuacct.usage')), readNumber(file('memory', 'memory.usage_in_bytes')),
    readTable(file('memory', 'memory.stat')), readNumber(file('pids', 'pids.current')),
  ])
  return {
    cpuNanoseconds, memoryBytes, pids, workingSetBytes: Math.max(0, memoryBytes - (memory['total_inactive_file'] ?? 0)), rssBytes: memory['total_rss'] ?? 0,
    pageFaults: memory['total_pgfault'] ?? 0, majorPageFaults: memory['total_pgmajfault'] ?? 0,
  }
}

async function usageV2(directory: string): Promise<CgroupUsage> {
  const [cpu, memoryBytes, memory, pids] = await Promise.all([
    readTable(join(directory, 'cpu.stat')), readNumber(join(directory, 'memory.current')),
    readTable(join(directory, 'memory.stat')), readNumber(join(directory, 'pids.current')),
  ])
  return {
    cpuNanoseconds: (cpu['usage_usec'] ?? 0) * 1000, memoryBytes, pids, workingSetBytes: Math.max(0, memoryBytes - (memory['inactive_file'] ?? 0)),
    rssBytes: memory['anon'] ?? 0, pageFaults: memory['pgfault'] ?? 0, majorPageFaults: memory['pgmajfault'] ?? 0,
  }
}

function layoutOf(hierarchies: readonly Hierarchy[]): CgroupLayout {
  const v1 = hierarchies.some(({ version, controllers }) => version === 1 && controllers.includes('memory'))
  const v2 = hierarchies.some(({ version }) => version === 2)
  if (v1) return v2 ? 'hybrid' : 'v1'
  return v2 ? 'v2' : 'none'
}

/** The machine's control groups. */
export function realCgroups(): Cgroups {
  let found: Promise<Hierarchy[]> | undefined
  const hierarchies = (): Promise<Hierarchy[]> => (found ??= findHierarchies())
  const layout = async (): Promise<CgroupLayout> => layoutOf(await hierarchies())
  const unified = async (): Promise<Hierarchy | undefined> => ((await layout()) === 'v2' ? (await hierarchies()).find(({ version }) => version === 2) : undefined)
  const withController = async (controller: string): Promise<Hierarchy | undefined> =>
    (await hierarchies()).find(({ version, controllers }) => version === 1 && controllers.includes(controller))

  const update: Cgroups['update'] = async (path, limits) => {
    const v2 = await unified()
    for (const [controller, file, value] of v2 ? writesV2(limits) : writesV1(limits)) {
      const hierarchy = v2 ?? (await withController(controller))
      if (hierarchy) await fs.writeFile(join(hierarchy.directory, path, file), value)
    }
  }
  return {
    layout, update,
    async create(path, limits = {}) {
      const v2 = await unified()
      if (v2) await makeWithControllers(v2.directory, path)
      else for (const { directory, version, controllers } of await hierarchies()) {
        if (version === 1 && ['cpu', 'cpuacct', 'memory', 'pids'].some(name => controllers.includes(name))) await fs.mkdir(join(directory, path), { recursive: true })
      }
      await update(path, limits)
    },
    async processes(path) {
      const pids = new Set<number>()
      for (const { directory } of await hierarchies()) {
        await walk(join(directory, path), async group => {
          for (const pid of (await fs.readFile(join(group, 'cgroup.procs'), 'utf8').catch(missingAs(''))).split('\n')) if (pid) pids.add(Number(pid))
        })
      }
      return [...pids]
    },
    async remove(path) {
      for (const { directory } of await hierarchies()) await walk(join(directory, path), group => fs.rmdir(group).catch(missingAs(undefined)))
    },
    async usage(path) {
      const v2 = await unified()
      const all = await hierarchies()
      const root = v2 ?? (await withController('memory'))
      if (!root || !(await fs.stat(join(root.directory, path)).catch(missingAs(undefined)))) return undefined
      if (v2) return usageV2(join(v2.directory, path))
      const directoryOf = (controller: string): string | undefined => all.find(({ controllers }) => controllers.includes(controller))?.directory
      return usageV1(controller => { const directory = directoryOf(controller); return directory && join(directory, path) })
    },
    async children(path) {
      const names = new Set<string>()
      for (const { directory } of await hierarchies()) {
        for (const entry of await fs.readdir(join(directory, path), { withFileTypes: true }).catch(missingAs([]))) if (entry.isDirectory()) names.add(entry.name)
      }
      return [...names]
    },
  }
}

/** Groups that only a map knows of: for nodes without an OS. */
export function memoryCgroups(): Cgroups {
  const groups = new Map<string, CgroupLimits>()
  const none: CgroupUsage = { cpuNanoseconds: 0, memoryBytes: 0, workingSetBytes: 0, rssBytes: 0, pageFaults: 0, majorPageFaults: 0, pids: 0 }
  const below = (path: string): string[] => [...groups.keys()].filter(key => key === path || key.startsWith(`${path}/`))
  return {
    layout: async () => 'v2',
    create: async (path, limits = {}) => void groups.set(path, { ...groups.get(path), ...limits }),
    update: async (path, limits) => void groups.set(path, { ...groups.get(path), ...limits }),
    processes: async () => [],
    remove: async path => below(path).forEach(key => groups.delete(key)),
    usage: async path => (groups.has(path) ? none : undefined),
    children: async path => [...new Set(below(path).map(key => key.slice(path.length + 1).split('/')[0]!).filter(Boolean))],
  }
}
