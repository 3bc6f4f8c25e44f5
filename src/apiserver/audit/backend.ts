import type { AuditEvent } from './event.ts'

/** Where audit events go. */
export interface AuditBackend {
  /** Waits while there is no room; throws when none will be. Asked before a request is carried out. Nothing: there is room. */
  room(): Promise<void> | void
  /** Takes an event in. What it answers is waited for before a request is carried out. */
  write(event: AuditEvent): Promise<void> | void
  /** Resolves once everything that was written has arrived. */
  close(): Promise<void>
}

/** Takes some events in at once; throws when they did not arrive. */
export type AuditSink = (events: readonly AuditEvent[]) => Promise<void>

/** The same events to several places. */
export function severalBackends(backends: readonly AuditBackend[]): AuditBackend {
  const all = (waits: readonly (Promise<void> | void)[]): Promise<void> | void => {
    const pending = waits.filter(wait => wait !== undefined)
    if (pending.length > 0) return Promise.all(pending).then(() => {})
  }
  return {
    room: () => all(backends.map(backend => backend.room())),
    write: event => all(backends.map(backend => backend.write(event))),
    async close() {
      await Promise.all(backends.map(backend => backend.close()))
    },
  }
}
