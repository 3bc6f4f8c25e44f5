import { errorMessage, type Log } from '../../machinery/log.ts'
import type { AuditEvent } from './event.ts'

/** Where audit events go. */
export interface AuditBackend {
  /** Waits while there is no room; throws when none will be. Asked before a request is carried out. */
  room(): Promise<void>
  /** Takes an event in; nothing is dropped. */
  write(event: AuditEvent): void
  /** Resolves once everything that was written has arrived. */
  close(): Promise<void>
}

export interface LogBackendOptions {
  /** Appends to the log, and resolves once it is there. */
  append(text: string): Promise<void>
  readonly log: Log
  /** How many events may wait before requests do. */
  readonly capacity?: number
}

const DEFAULT_CAPACITY = 10_000

/**
 * One line of JSON an event. Lines are gathered while the one before is under way, so a slow disk costs few writes; when as many wait as
 * may, requests wait too. A write that fails is told in the server's log, tried again with the next, and in the end refuses further requests.
 */
export function logBackend({ append, log, capacity = DEFAULT_CAPACITY }: LogBackendOptions): AuditBackend {
  let lines: string[] = []
  let writing: Promise<boolean> | undefined

  /** False: what waits could not be written. */
  async function drain(): Promise<boolean> {
    while (lines.length > 0) {
      const batch = lines
      lines = []
      try {
        await append(batch.join(''))
      } catch (error) {
        lines = [...batch, ...lines]
        log.error('The audit log cannot be written', { error: errorMessage(error), waiting: lines.length })
        return false
      }
    }
    return true
  }

  const start = (): Promise<boolean> => (writing ??= drain().finally(() => { writing = undefined }))

  return {
    async room() {
      while (lines.length >= capacity) if (!(await start())) throw new Error('the audit log is full and cannot be written')
    },
    write(event) {
      lines.push(`${JSON.stringify(event)}\n`)
      void start()
    },
    async close() {
      await start()
      if (lines.length > 0) throw new Error(`${lines.length} audit events could not be written`)
    },
  }
}
