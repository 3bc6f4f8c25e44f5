import type { Files } from '../../host/files.ts'
import { gzipped } from '../../host/gzip.ts'
import type { Clock } from '../../machinery/clock.ts'
import { errorMessage, type Log } from '../../machinery/log.ts'

export interface RotatingFileOptions {
  readonly files: Files
  readonly path: string
  readonly clock: Clock
  readonly log: Log
  /** The file is put aside before it would grow beyond this; 0: never. */
  readonly maxBytes: number
  /** How many files that were put aside are kept, and how long; 0: all, for ever. */
  readonly maxBackups: number
  readonly maxAgeDays: number
  readonly compress: boolean
}

const DAY_MS = 86_400_000

/** Appends to a file that only root may read, and puts it aside under the time when it is full: `audit-2026-01-02T03-04-05.678.log`. */
export async function rotatingFile(options: RotatingFileOptions): Promise<(text: string) => Promise<void>> {
  const { files, path, clock, log, maxBytes } = options
  const folder = path.slice(0, path.lastIndexOf('/')) || '/'
  const name = path.slice(path.lastIndexOf('/') + 1)
  const dot = name.lastIndexOf('.')
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  await files.makeDirectory(folder)
  // Who did what is nobody else's business.
  if (!(await files.exists(path))) await files.write(path, '', { mode: 0o600 })
  let size = (await files.stat(path, { follow: true }))?.size ?? 0
  let tidying: Promise<void> | undefined

  const backupTime = (file: string): number | undefined => {
    const [, day, time] = new RegExp(`^${RegExp.escape(stem)}-(\\d{4}-\\d\\d-\\d\\d)T(\\d\\d-\\d\\d-\\d\\d\\.\\d{3})${RegExp.escape(ending)}(?:\\.gz)?$`).exec(file) ?? []
    return day === undefined ? undefined : Date.parse(`${day}T${time!.replace('-', ':').replace('-', ':')}Z`)
  }

  async function rotate(): Promise<void> {
    const time = new Date(clock.now()).toISOString().replaceAll(':', '-').replace('Z', '')
    if (await files.exists(path)) await files.rename(path, `${folder}/${stem}-${time}${ending}`)
    await files.write(path, '', { mode: 0o600 })
    size = 0
    tidying = (tidying ?? Promise.resolve()).then(tidy).catch((error: unknown) => log.error('Old audit logs could not be tidied up', { error: errorMessage(error) }))
  }

  async function tidy(): Promise<void> {
    const backups = (await files.list(folder)).flatMap(({ name: file }) => {
      const time = backupTime(file)
      return time === undefined ? [] : [{ file, time }]
    }).sort((a, b) => b.time - a.time)
    const oldest = options.maxAgeDays > 0 ? clock.now() - options.maxAgeDays * DAY_MS : -Infinity
    for (const [index, { file, time }] of backups.entries()) {
      if ((options.maxBackups > 0 && index >= options.maxBackups) || time < oldest) await files.remove(`${folder}/${file}`)
      else if (options.compress && !file.endsWith('.gz')) {
        await files.write(`${folder}/${file}.gz`, gzipped([await files.read(`${folder}/${file}`)]), { mode: 0o600 })
        await files.remove(`${folder}/${file}`)
      }
    }
  }

  return async text => {
    const bytes = new TextEncoder().encode(text)
    if (maxBytes > 0 && size > 0 && size + bytes.length > maxBytes) await rotate()
    await files.append(path, bytes)
    size += bytes.length
  }
}
