import { pino, type DestinationStream, type Logger } from 'pino'
import type { Log, LogFields } from '../machinery/log.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

export interface LogOptions {
  level?: LogLevel
  /** `json` for machines (one object a line), `text` for people. */
  format?: 'json' | 'text'
  /** A file to append to; stderr without it. */
  file?: string
}

const levelNames: Readonly<Record<number, string>> = { 20: 'DEBUG', 30: 'INFO', 40: 'WARN', 50: 'ERROR' }

/** An error as fields of a line: name, message and stack. */
const plain = (value: unknown): unknown =>
  value instanceof Error ? { name: value.name, message: value.message, ...(value.stack && { stack: value.stack }) } : value

const printable = (value: unknown): string => (typeof value === 'string' && !/[\s"=]/.test(value) && value !== '' ? value : JSON.stringify(value))

/** One JSON line of pino's as a line for a person: time, level, component, sentence, key=value. */
export function asText(line: string): string {
  const { level, time, msg, component, ...fields } = JSON.parse(line) as Record<string, unknown>
  const facts = Object.entries(fields).map(([key, value]) => {
    const error = value as { message?: string; stack?: string } | null
    return `${key}=${printable(typeof error === 'object' && error?.stack ? error.message : value)}`
  })
  const head = `${new Date(Number(time)).toISOString()} ${(levelNames[Number(level)] ?? String(level)).padEnd(5)}`
  return `${[head, ...(component ? [`${String(component)}:`] : []), String(msg), ...facts].join(' ')}\n`
}

function wrap(logger: Logger): Log {
  const say = (level: LogLevel) => (message: string, fields?: LogFields): void =>
    logger.isLevelEnabled(level)
      ? logger[level](fields ? Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, plain(value)])) : {}, message)
      : undefined
  return {
    debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error'),
    with: fields => wrap(logger.child(fields)),
  }
}

/** The log of a running process. Lines are written at once: what was said before a crash is there after it. */
export function openLog({ level = 'info', format = 'text', file }: LogOptions = {}): Log {
  const destination = pino.destination({ dest: file ?? 2, sync: true, mkdir: true })
  // On a full disk the line is lost, and there is nowhere to say so; the process goes on.
  destination.on('error', () => undefined)
  const text: DestinationStream = { write: line => void destination.write(asText(line)) }
  return wrap(pino({ level, base: null }, format === 'json' ? destination : text))
}
