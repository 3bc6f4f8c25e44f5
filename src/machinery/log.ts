/** Where a component says what it does. `fields` are facts for a machine; the message is a sentence for a person. */
export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** The same log with `fields` on every line. */
  with(fields: LogFields): Log
}

export type LogFields = Readonly<Record<string, unknown>>

/** Says nothing: for tests and for libraries' defaults. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {}, with: () => silentLog }

/** What an unknown thrown value says of itself. */
export const errorMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error))
