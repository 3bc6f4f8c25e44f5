import { errorMessage, type Log } from '../../machinery/log.ts'
import type { AuditBackend } from './backend.ts'
import type { AuditEvent } from './event.ts'
import { jsonLine } from './lines.ts'
import type { AuditMetrics } from './metrics.ts'

export interface LogBackendOptions {
  /** Appends to the log, and resolves once it is there. */
  append(text: string): Promise<void>
  readonly log: Log
  readonly metrics?: AuditMetrics
  /** How many events may wait before requests do. */
  readonly capacity?: number
  /** How an event is written; absent: as JSON. */
  readonly line?: (event: AuditEvent) => string
  /** A request is carried out only after it is in the log. */
  readonly strict?: boolean
}

const DEFAULT_CAPACITY = 10_000

/**
 * One line an event. Lines are gathered while the one before is under way, so a slow disk costs few writes; when as many wait as may, requests
 * wait too. A write that fails is told in the server's log, tried again with the next, and in the end refuses further requests: nothing is lost.
 */
export function logBackend({ append, log, metrics, capacity = DEFAULT_CAPACITY, line = jsonLine, strict = false }: LogBackendOptions): AuditBackend {
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
        metrics?.lost('log', 1)
        log.error('The audit log cannot be written', { error: errorMessage(error), waiting: lines.length })
        return false
      }
    }
    return true
  }

  const start = (): Promise<boolean> => (writing ??= drain().finally(() => { writing = undefined }))
  const refuse = (why: string): never => {
    metrics?.rejected()
    throw new Error(why)
  }

  async function makeRoom(): Promise<void> {
    while (lines.length >= capacity) if (!(await start())) refuse('the audit log is full and cannot be written')
  }

  async function arrive(): Promise<void> {
    while (lines.length > 0 || writing) if (!(await start())) refuse('the audit log cannot be written')
  }

  return {
    room: () => (lines.length >= capacity ? makeRoom() : undefined),
    write(event) {
      lines.push(line(event))
      void start()
      return strict && event.stage === 'RequestReceived' ? arrive() : undefined
    },
    async close() {
      await start()
      if (lines.length > 0) throw new Error(`${lines.length} audit events could not be written`)
    },
  }
}
