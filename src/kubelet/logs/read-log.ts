import type { Files, OpenFile } from '../../host/files.ts'
import { directoryOf } from '../names.ts'
import { parseLogLine } from './log-format.ts'

/** What of a log is wanted, as `kubectl logs` asks for it. */
export interface LogOptions {
  readonly follow?: boolean
  readonly tailLines?: number
  readonly sinceMs?: number
  readonly limitBytes?: number
  readonly timestamps?: boolean
  readonly stream?: 'stdout' | 'stderr'
}

/** What a reader who follows a log must know of the container. */
export interface LogSource {
  readonly files: Files
  readonly path: string
  isRunning(): boolean
  /** Resolves when `isRunning` may have changed. */
  changed(): Promise<void>
}

const CHUNK = 64 * 1024
const NEW_LINE = 10

/** Where the last `lines` lines of a file begin. */
export async function tailStart(file: OpenFile, size: number, lines: number): Promise<number> {
  if (lines <= 0) return size
  let found = 0
  for (let end = size; end > 0;) {
    const start = Math.max(end - CHUNK, 0)
    const bytes = await file.read(start, end - start)
    for (let at = bytes.length - 1; at >= 0; at--) {
      // The line feed at the very end closes the last line, it does not begin one.
      if (bytes[at] === NEW_LINE && start + at !== size - 1 && ++found === lines) return start + at + 1
    }
    end = start
  }
  return 0
}

/** The lines of a container's log as bytes; with `follow` it goes on, woken by changes of the file, until the container has ended. */
export async function* readLog(source: LogSource, options: LogOptions, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const { files, path } = source
  let file = await files.open(path)
  const wakes = options.follow ? changeSignal(source, signal) : undefined
  try {
    const info = await file.stat()
    let inode = info.inode
    let position = options.tailLines === undefined ? 0 : await tailStart(file, info.size, options.tailLines)
    const format = formatter(options)
    for (;;) {
      // Asked before the last look, so that what was written until the end is read for certain.
      const running = source.isRunning()
      for (let bytes = await file.read(position, CHUNK); bytes.length > 0 && !format.full(); bytes = await file.read(position, CHUNK)) {
        position += bytes.length
        const out = format.push(bytes)
        if (out.length) yield out
      }
      if (format.full() || signal.aborted) return
      const current = await files.stat(path)
      if (current && current.inode !== inode) {
        await file.close()
        file = await files.open(path)
        inode = (await file.stat()).inode
        position = 0
        continue
      }
      if (current && current.size < position) {
        position = 0
        continue
      }
      if (!wakes || !running) return
      await wakes.next()
    }
  } finally {
    wakes?.stop()
    await file.close()
  }
}

/** Word of changes to the log's directory (writing and rotation) and of the container; one that comes while nobody waits is kept. */
function changeSignal({ files, path, isRunning, changed }: LogSource, signal: AbortSignal): { next(): Promise<void>; stop(): void } {
  const stop = new AbortController()
  const either = AbortSignal.any([signal, stop.signal])
  let pending = false
  let wake = (): void => {}
  const tell = (): void => { pending = true; wake() }
  const watchFile = async (): Promise<void> => { for await (const _ of files.watch(directoryOf(path), either)) tell() }
  const watchContainer = async (): Promise<void> => {
    while (!either.aborted && isRunning()) {
      await changed()
      tell()
    }
  }
  watchFile().catch(tell)
  void watchContainer()
  either.addEventListener('abort', tell, { once: true })
  return {
    async next() {
      if (!pending) await new Promise<void>(resolve => { wake = resolve })
      pending = false
    },
    stop: () => stop.abort(),
  }
}

/** Turns raw bytes of the file into what the reader sees. Bytes go through as they are, whatever their encoding. */
function formatter(options: LogOptions): { push(bytes: Uint8Array): Uint8Array; full(): boolean } {
  let rest = ''
  let left = options.limitBytes ?? Infinity
  let startsLine = true
  const show = (line: string): string => {
    const parsed = parseLogLine(line)
    if (!parsed || (options.stream && parsed.stream !== options.stream)) return ''
    if (options.sinceMs !== undefined && Date.parse(parsed.time) < options.sinceMs) return ''
    const prefix = options.timestamps && startsLine ? `${parsed.time} ` : ''
    startsLine = !parsed.partial
    return `${prefix}${parsed.text}${parsed.partial ? '' : '\n'}`
  }
  return {
    full: () => left <= 0,
    push(bytes) {
      const lines = (rest + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')).split('\n')
      rest = lines.pop()!
      const out = Buffer.from(lines.map(show).join(''), 'latin1').subarray(0, left)
      left -= out.length
      return out
    },
  }
}
