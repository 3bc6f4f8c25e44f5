import * as fs from 'node:fs/promises'
import { failureOf, runOrThrow, type Processes } from './process.ts'

/** One line of /proc/self/mountinfo. */
export interface MountInfo {
  target: string
  /** The directory of the file system that is mounted; `/` unless it is a bind mount. */
  root: string
  type: string
  source: string
  options: readonly string[]
  /** Peer group and the like: `shared:1`, `master:2`; none when private. */
  propagation: readonly string[]
}

export interface MountRequest {
  /** A device, a directory (bind) or a word such as `tmpfs`. */
  source: string
  target: string
  type?: string
  options?: readonly string[]
}

/** Mounted file systems. */
export interface Mounts {
  list(): Promise<MountInfo[]>
  isMounted(target: string): Promise<boolean>
  mount(request: MountRequest): Promise<void>
  /** Everything mounted on the target; no error when nothing is. `lazy` detaches what is still in use. */
  unmount(target: string, options?: { lazy?: boolean }): Promise<void>
  /** All mounts on and below a directory, the deepest first. */
  unmountBelow(directory: string, options?: { lazy?: boolean }): Promise<void>
}

/** mountinfo writes blanks and backslashes in octal. */
const unescape = (text: string): string => text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)))

/** Reads /proc/<pid>/mountinfo (proc(5)). */
export function parseMountInfo(text: string): MountInfo[] {
  return text.split('\n').filter(Boolean).map(line => {
    const fields = line.split(' ')
    const separator = fields.indexOf('-', 6)
    return {
      root: unescape(fields[3] ?? ''), target: unescape(fields[4] ?? ''), options: (fields[5] ?? '').split(','),
      propagation: fields.slice(6, separator), type: fields[separator + 1] ?? '', source: unescape(fields[separator + 2] ?? ''),
    }
  })
}

/** The machine's mounts, by `mount(8)` and `umount(8)`. */
export function realMounts(processes: Processes): Mounts {
  const list = async (): Promise<MountInfo[]> => parseMountInfo(await fs.readFile('/proc/self/mountinfo', 'utf8'))
  const mountsOn = async (target: string): Promise<number> => (await list()).filter(mount => mount.target === target).length
  const unmount: Mounts['unmount'] = async (target, { lazy } = {}) => {
    for (let left = await mountsOn(target); left > 0; left--) {
      const result = await processes.run(['umount', ...(lazy ? ['-l'] : []), '--', target])
      if (result.code !== 0 && (await mountsOn(target)) >= left) throw new Error(failureOf(result))
    }
  }
  return {
    list, unmount,
    isMounted: async target => (await mountsOn(target)) > 0,
    async mount({ source, target, type, options = [] }) {
      await runOrThrow(processes, ['mount', ...(type ? ['-t', type] : []), ...(options.length ? ['-o', options.join(',')] : []), '--', source, target])
    },
    async unmountBelow(directory, options) {
      const targets = (await list()).map(mount => mount.target).filter(target => target === directory || target.startsWith(`${directory}/`))
      for (const target of [...new Set(targets)].reverse()) await unmount(target, options)
    },
  }
}

/** Mounts that only a list knows of: for nodes without an OS. */
export function memoryMounts(): Mounts {
  let mounts: MountInfo[] = []
  const remove = async (matches: (target: string) => boolean): Promise<void> => { mounts = mounts.filter(mount => !matches(mount.target)) }
  return {
    list: async () => mounts,
    isMounted: async target => mounts.some(mount => mount.target === target),
    async mount({ source, target, type = 'none', options = [] }) {
      mounts = [...mounts, { source, target, type, options, root: '/', propagation: [] }]
    },
    unmount: target => remove(other => other === target),
    unmountBelow: directory => remove(other => other === directory || other.startsWith(`${directory}/`)),
  }
}
