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
  /** How many lines have come, and how many of them are in the log. */
  let [taken, written] = [0, 0]

  /** Writes what waits. False: it could not be written. */
  async function writeBatch(): Promise<boolean> {
    const batch = lines
    if (batch.length === 0) return true
    lines = []
    try {
      await append(batch.join(''))
    } catch (error) {
      lines = [...batch, ...lines]
      metrics?.lost('log', 1)
      log.error('The audit log cannot be written', { error: errorMessage(error), waiting: lines.length })
      return false
    }
    written += batch.length
    return true
  }

  const start = (): Promise<boolean> => (writing ??= writeBatch().then(isWritten => {
    writing = undefined
    if (isWritten && lines.length > 0) void start()
    return isWritten
  }))
  const refuse = (why: string): never => {
    metrics?.rejected()
    throw new Error(why)
  }

  async function makeRoom(): Promise<void> {
    while (lines.length >= capacity) if (!(await start())) refuse('the audit log is full and cannot be written')
  }

  /** Waits for one line, not for those that come after it. */
  async function arrive(line: number): Promise<void> {
    while (written < line) if (!(await start())) refuse('the audit log cannot be written')
  }

  return {
    room: () => (lines.length >= capacity ? makeRoom() : undefined),
    write(event) {
      lines.push(line(event))
      const own = ++taken
      void start()
      return strict && event.stage === 'RequestReceived' ? arrive(own) : undefined
    },
    async close() {
      while ((lines.length > 0 || writing) && (await start()));
      if (lines.length > 0) throw new Error(`${lines.length} audit events could not be written`)
    },
  }
}
