import { posix } from 'node:path'
import { systemClock, type Clock } from '../machinery/clock.ts'
import type { FileInfo, Files } from './files.ts'

interface Node {
  kind: 'file' | 'directory' | 'symlink'
  inode: number
  mode: number
  uid: number
  gid: number
  modifiedAtMs: number
  content: Uint8Array
  target: string
  children: Map<string, Node>
}

const failure = (code: string, path: string): NodeJS.ErrnoException => Object.assign(new Error(`${code}: ${path}`), { code, path })

const bytesOf = async (content: string | Uint8Array | AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
  if (typeof content === 'string') return Buffer.from(content)
  if (content instanceof Uint8Array) return Uint8Array.from(content)
  const chunks: Uint8Array[] = []
  for await (const chunk of content) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const infoOf = (node: Node): FileInfo => ({
  kind: node.kind, size: node.kind === 'symlink' ? node.target.length : node.content.length, mode: node.mode, uid: node.uid, gid: node.gid,
  device: 1, inode: node.inode, modifiedAtMs: node.modifiedAtMs,
})

/** A file system in memory, with symbolic links and the same error codes as the real one. `/tmp`, `/run` and `/etc` are there. */
export function memoryFiles(clock: Clock = systemClock): Files {
  let lastInode = 0
  const watchers = new Set<{ path: string; wake: () => void }>()
  const make = (kind: Node['kind'], mode: number, content: Uint8Array = new Uint8Array(), target = ''): Node =>
    ({ kind, mode, content, target, inode: ++lastInode, uid: 0, gid: 0, modifiedAtMs: clock.now(), children: new Map() })
  const root = make('directory', 0o755)
  const touched = (path: string): void => {
    for (const watcher of watchers) if (watcher.path === path || watcher.path === posix.dirname(path)) watcher.wake()
  }

  /** The real path of `path`; its last part is followed only when `follow` says so. Throws ENOENT when a directory on the way is missing. */
  const resolve = (path: string, follow: boolean, depth = 0): string => {
    if (depth > 40) throw failure('ELOOP', path)
    let node = root
    let real = '/'
    const parts = posix.resolve('/', path).split('/').filter(Boolean)
    for (const [index, part] of parts.entries()) {
      if (node.kind !== 'directory') throw failure('ENOTDIR', path)
      const child = node.children.get(part)
      const last = index === parts.length - 1
      if (child?.kind === 'symlink' && (follow || !last)) return resolve(posix.join(posix.resolve(real, child.target), ...parts.slice(index + 1)), follow, depth + 1)
      if (!child && !last) throw failure('ENOENT', path)
      real = posix.join(real, part)
      if (child) node = child
    }
    return real
  }
  const at = (real: string): Node | undefined => real.split('/').filter(Boolean).reduce<Node | undefined>((node, part) => node?.children.get(part), root)
  const find = (path: string, follow: boolean): Node | undefined => {
    try {
      return at(resolve(path, follow))
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
      throw error
    }
  }
  const need = (path: string, kind?: Node['kind'], follow = true): Node => {
    const node = find(path, follow)
    if (!node) throw failure('ENOENT', path)
    if (kind && node.kind !== kind) throw failure(kind === 'file' ? 'EISDIR' : kind === 'directory' ? 'ENOTDIR' : 'EINVAL', path)
    return node
  }
  const put = (path: string, node: Node | undefined): void => {
    const parent = at(posix.dirname(path))
    if (!parent) throw failure('ENOENT', path)
    if (node) parent.children.set(posix.basename(path), node)
    else parent.children.delete(posix.basename(path))
    touched(path)
  }

  const makeDirectory: Files['makeDirectory'] = async (path, mode) => {
    let made = '/'
    for (const part of posix.resolve('/', path).split('/').filter(Boolean)) {
      made = resolve(posix.join(made, part), true)
      const node = at(made)
      if (node && node.kind !== 'directory') throw failure('EEXIST', path)
      if (!node) put(made, make('directory', 0o755))
    }
    if (mode !== undefined) at(made)!.mode = mode
  }
  const write: Files['write'] = async (path, content, { mode, atomic } = {}) => {
    const bytes = await bytesOf(content)
    const real = resolve(path, !atomic)
    const old = at(real)
    if (old?.kind === 'directory') throw failure('EISDIR', path)
    if (old && !atomic) Object.assign(old, { content: bytes, modifiedAtMs: clock.now(), ...(mode !== undefined && { mode }) })
    else return put(real, make('file', mode ?? 0o644, bytes))
    touched(real)
  }
  const files: Files = {
    makeDirectory, write,
    read: async path => Uint8Array.from(need(path, 'file').content),
    readText: async path => Buffer.from(need(path, 'file').content).toString(),
    async open(path) {
      const node = need(path, 'file')
      return {
        read: async (position, length) => node.content.slice(position, position + length),
        stat: async () => infoOf(node),
        close: async () => {},
      }
    },
    async *stream(path, { start = 0, end } = {}) { yield need(path, 'file').content.slice(start, end) },
    append: async (path, content) => write(path, Buffer.concat([find(path, true)?.content ?? new Uint8Array(), await bytesOf(content)])),
    truncate: async (path, size) => write(path, need(path, 'file').content.slice(0, size)),
    async stat(path, { follow = false } = {}) {
      const node = find(path, follow)
      return node && infoOf(node)
    },
    exists: async path => find(path, true) !== undefined,
    list: async path => [...need(path, 'directory').children].map(([name, { kind }]) => ({ name, kind })),
    async makeTemporaryDirectory(prefix) {
      const path = `${prefix}${String(++lastInode).padStart(6, '0')}`
      need(posix.dirname(path), 'directory')
      await makeDirectory(path, 0o700)
      return path
    },
    async remove(path) {
      if (find(path, false)) put(resolve(path, false), undefined)
    },
    async removeDirectory(path) {
      const node = find(path, false)
      if (node?.children.size) return false
      if (node) put(resolve(path, false), undefined)
      return true
    },
    async rename(from, to) {
      const node = need(from, undefined, false)
      const target = resolve(to, false)
      if (at(target)?.children.size) throw failure('ENOTEMPTY', to)
      put(resolve(from, false), undefined)
      put(target, node)
    },
    async symlink(target, path) {
      if (find(path, false)) throw failure('EEXIST', path)
      put(resolve(path, false), make('symlink', 0o777, new Uint8Array(), target))
    },
    readLink: async path => need(path, 'symlink', false).target,
    async realPath(path) {
      need(path)
      return resolve(path, true)
    },
    changeMode: async (path, mode) => void (need(path).mode = mode),
    changeOwner: async (path, uid, gid) => void Object.assign(need(path, undefined, false), { uid, gid }),
    async *watch(path, signal) {
      const state = { changed: true, wake: (): void => {} }
      need(path)
      const watcher = { path: resolve(path, true), wake: () => { state.changed = true; state.wake() } }
      watchers.add(watcher)
      signal.addEventListener('abort', () => state.wake(), { once: true })
      try {
        while (!signal.aborted) {
          if (state.changed) {
            state.changed = false
            yield
          } else await new Promise<void>(resolved => { state.wake = resolved })
        }
      } finally {
        watchers.delete(watcher)
      }
    },
    space: async () => ({ totalBytes: 1e12, freeBytes: 5e11, availableBytes: 5e11, totalInodes: 1e8, freeInodes: 9e7 }),
    async usage(path) {
      const sum = (node: Node): { bytes: number; inodes: number } => [...node.children.values()].map(sum)
        .reduce((total, child) => ({ bytes: total.bytes + child.bytes, inodes: total.inodes + child.inodes }), { bytes: node.content.length, inodes: 1 })
      const node = find(path, false)
      return node ? sum(node) : { bytes: 0, inodes: 0 }
    },
  }
  for (const directory of ['tmp', 'run', 'etc']) root.children.set(directory, make('directory', 0o755))
  return files
}
