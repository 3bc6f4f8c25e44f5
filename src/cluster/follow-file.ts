import { dirname } from 'node:path'
import type { Files } from '../host/files.ts'
import { errorMessage, type Log } from '../machinery/log.ts'

export interface FollowedFile {
  readonly files: Files
  readonly log: Log
  readonly path: string
  readonly signal: AbortSignal
  /** Takes the new content over. What it throws is told, and everything stays as it was. */
  changed(text: string): Promise<void> | void
}

/** Calls back at each change of a file's text until the signal is aborted; nothing is polled. */
export async function followFile({ files, log, path, signal, changed }: FollowedFile): Promise<void> {
  const read = (): Promise<string> => files.readText(path).catch(() => '')
  let known = await read()
  try {
    // The folder: whoever replaces a file, or what a link leads to, makes another one of the same name.
    for await (const _change of files.watch(dirname(path), signal)) {
      const text = await read()
      if (text === known || text === '') continue
      known = text
      try {
        await changed(text)
        log.info('A file was read again', { path })
      } catch (error) {
        log.error('A file was changed but cannot be used; what it said before goes on', { path, error: errorMessage(error) })
      }
    }
  } catch (error) {
    if (!signal.aborted) log.error('Changes of a file are not seen any more', { path, error: errorMessage(error) })
  }
}
