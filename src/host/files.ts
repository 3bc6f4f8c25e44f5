import { randomBytes } from 'node:crypto'
import { constants, createReadStream, watch as watchNode } from 'node:fs'
import * as fs from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** What there is to know about a path. */
export interface FileInfo {
  kind: 'file' | 'directory' | 'symlink' | 'socket' | 'fifo' | 'block' | 'character'
  size: number
  /** Permission bits, set-id and sticky included. */
  mode: number
  uid: number
  gid: number
  device: number
  inode: number
  modifiedAtMs: number
}

export interface DirectoryEntry {
  name: string
  kind: FileInfo['kind']
}

export interface WriteOptions {
  mode?: number
  /** Replaces the file in one step (temporary file, fsync, rename), so that a reader or a crash sees the old or the new content. */
  atomic?: boolean
}

/** A file held open: it stays readable after it was renamed or removed, which is how a rotated log is read to its end. */
export interface OpenFile {
  /** Up to `length` bytes at `position`; fewer at the end of the file, none past it. */
  read(position: number, length: number): Promise<Uint8Array>
  stat(): Promise<FileInfo>
  close(): Promise<void>
}

export interface DiskSpace {
  totalBytes: number
  freeBytes: number
  /** Free for users that are not root. */
  availableBytes: number
  totalInodes: number
  freeInodes: number
}

/** The file system. Methods that read throw Node's errors (`code: 'ENOENT'`); those that ask whether something is there answer `undefined`. */
export interface Files {
  read(path: string): Promise<Uint8Array>
  readText(path: string): Promise<string>
  open(path: string): Promise<OpenFile>
  /** The bytes from `start` up to, but without, `end`. */
  stream(path: string, range?: { start?: number; end?: number }): AsyncIterable<Uint8Array>
  /** Creates or replaces; the directory must exist. */
  write(path: string, content: string | Uint8Array | AsyncIterable<Uint8Array>, options?: WriteOptions): Promise<void>
  append(path: string, content: string | Uint8Array): Promise<void>
  truncate(path: string, size: number): Promise<void>
  /** Of the path itself, unless `follow` says of what a symbolic link points to. */
  stat(path: string, options?: { follow?: boolean }): Promise<FileInfo | undefined>
  exists(path: string): Promise<boolean>
  list(path: string): Promise<DirectoryEntry[]>
  /** With its parents; no error when it is there. `mode` holds for the last one whatever the umask. */
  makeDirectory(path: string, mode?: number): Promise<void>
  /** A new directory whose path starts with `prefix`. */
  makeTemporaryDirectory(prefix: string): Promise<string>
  /** A file or a whole tree; no error when there is nothing. Never crosses into a mounted file system: that is an error (EBUSY). */
  remove(path: string): Promise<void>
  /** Only an empty directory; says whether it is gone. */
  removeDirectory(path: string): Promise<boolean>
  rename(from: string, to: string): Promise<void>
  symlink(target: string, path: string): Promise<void>
  readLink(path: string): Promise<string>
  /** The path without symbolic links. */
  realPath(path: string): Promise<string>
  changeMode(path: string, mode: number): Promise<void>
  changeOwner(path: string, uid: number, gid: number): Promise<void>
  /** Yields when the file, or an entry of the directory, may have changed; first at once. Ends when the signal is aborted. */
  watch(path: string, signal: AbortSignal): AsyncIterable<void>
  space(path: string): Promise<DiskSpace>
  /** Bytes and inodes below a directory as `du` counts them, on its own file system only. */
  usage(path: string): Promise<{ bytes: number; inodes: number }>
}

const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')

interface NodeKinds {
  isFile(): boolean
  isDirectory(): boolean
  isSymbolicLink(): boolean
  isSocket(): boolean
  isFIFO(): boolean
  isBlockDevice(): boolean
}

function kindOf(entry: NodeKinds): FileInfo['kind'] {
  if (entry.isFile()) return 'file'
  if (entry.isDirectory()) return 'directory'
  if (entry.isSymbolicLink()) return 'symlink'
  if (entry.isSocket()) return 'socket'
  if (entry.isFIFO()) return 'fifo'
  return entry.isBlockDevice() ? 'block' : 'character'
}

const fileInfo = (stats: Awaited<ReturnType<typeof fs.lstat>>): FileInfo => ({
  kind: kindOf(stats), size: Number(stats.size), mode: Number(stats.mode) & 0o7777, uid: Number(stats.uid), gid: Number(stats.gid),
  device: Number(stats.dev), inode: Number(stats.ino), modifiedAtMs: Number(stats.mtimeMs),
})

async function writeAtomically(path: string, content: string | Uint8Array | AsyncIterable<Uint8Array>, mode: number | undefined): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`)
  const file = await fs.open(temporary, 'wx', mode)
  try {
    await file.writeFile(content)
    if (mode !== undefined) await file.chmod(mode)
    await file.sync()
    await file.close()
    await fs.rename(temporary, path)
  } catch (error) {
    await file.close().catch(() => undefined)
    await fs.rm(temporary, { force: true })
    throw error
  }
  const directory = await fs.open(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY)
  await directory.sync().finally(() => directory.close())
}

async function openFile(path: string): Promise<OpenFile> {
  const file = await fs.open(path, 'r')
  return {
    async read(position, length) {
      const buffer = Buffer.allocUnsafe(length)
      const { bytesRead } = await file.read(buffer, 0, length, position)
      return buffer.subarray(0, bytesRead)
    },
    stat: async () => fileInfo(await file.stat()),
    close: () => file.close(),
  }
}

async function* watchPath(path: string, signal: AbortSignal): AsyncIterable<void> {
  let changed = true
  let wake = (): void => {}
  const watcher = watchNode(path, { signal, persistent: false })
  const failure: { error?: Error } = {}
  watcher.on('change', () => { changed = true; wake() })
  watcher.on('error', error => { failure.error = error; wake() })
  signal.addEventListener('abort', () => wake(), { once: true })
  try {
    while (!signal.aborted) {
      if (failure.error) throw failure.error
      if (changed) {
        changed = false
        yield
      } else await new Promise<void>(resolve => { wake = resolve })
    }
  } finally {
    watcher.close()
  }
}

async function usageBelow(path: string, device?: number): Promise<{ bytes: number; inodes: number }> {
  const stats = await fs.lstat(path).catch(error => { if (isMissing(error)) return undefined; throw error })
  if (!stats || (device !== undefined && stats.dev !== device)) return { bytes: 0, inodes: 0 }
  const total = { bytes: stats.blocks * 512, inodes: 1 }
  if (!stats.isDirectory()) return total
  for (const name of await fs.readdir(path).catch(() => [])) {
    const child = await usageBelow(join(path, name), stats.dev)
    total.bytes += child.bytes
    total.inodes += child.inodes
  }
  return total
}

/** The machine's file system. */
export const realFiles: Files = {
  read: path => fs.readFile(path),
  readText: path => fs.readFile(path, 'utf8'),
  open: openFile,
  stream: (path, { start = 0, end } = {}) => end !== undefined && end <= start ? emptyStream() : createReadStream(path, { start, ...(end !== undefined && { end: end - 1 }) }),
  async write(path, content, { mode, atomic } = {}) {
    if (atomic) return writeAtomically(path, content, mode)
    await fs.writeFile(path, content, { ...(mode !== undefined && { mode }) })
    if (mode !== undefined) await fs.chmod(path, mode)
  },
  append: (path, content) => fs.appendFile(path, content),
  truncate: (path, size) => fs.truncate(path, size),
  stat: (path, { follow } = {}) =>
    (follow ? fs.stat(path) : fs.lstat(path)).then(fileInfo, error => { if (isMissing(error)) return undefined; throw error }),
  exists: path => fs.stat(path).then(() => true, error => { if (isMissing(error)) return false; throw error }),
  list: async path => (await fs.readdir(path, { withFileTypes: true })).map(entry => ({ name: entry.name, kind: kindOf(entry) })),
  async makeDirectory(path, mode) {
    await fs.mkdir(path, { recursive: true })
    if (mode !== undefined) await fs.chmod(path, mode)
  },
  makeTemporaryDirectory: prefix => fs.mkdtemp(prefix),
  remove: path => fs.rm(path, { recursive: true, force: true }),
  removeDirectory: path => fs.rmdir(path).then(() => true, error => isMissing(error)),
  rename: (from, to) => fs.rename(from, to),
  symlink: (target, path) => fs.symlink(target, path),
  readLink: path => fs.readlink(path),
  realPath: path => fs.realpath(path),
  changeMode: (path, mode) => fs.chmod(path, mode),
  changeOwner: (path, uid, gid) => fs.lchown(path, uid, gid),
  watch: watchPath,
  async space(path) {
    const { bsize, blocks, bfree, bavail, files, ffree } = await fs.statfs(path)
    return { totalBytes: blocks * bsize, freeBytes: bfree * bsize, availableBytes: bavail * bsize, totalInodes: files, freeInodes: ffree }
  },
  usage: path => usageBelow(path),
}

async function* emptyStream(): AsyncIterable<Uint8Array> {}
