import type { Container, EphemeralContainer } from '../api/core/pod/container.ts'
import type { Files } from '../host/files.ts'
import { parseLogLine } from './logs/log-format.ts'
import type { RuntimeContainer } from './pod-state.ts'

const MAX_MESSAGE_BYTES = 4096
const MAX_LOG_BYTES = 2048
const MAX_LOG_LINES = 80

const lastBytes = (text: string, limit: number): string => {
  const bytes = Buffer.from(text)
  return bytes.length <= limit ? text : bytes.subarray(bytes.length - limit).toString()
}

async function readEnd(files: Files, path: string, limit: number): Promise<string> {
  const info = await files.stat(path)
  if (!info) return ''
  const file = await files.open(path)
  try {
    return Buffer.from(await file.read(Math.max(info.size - limit, 0), limit)).toString()
  } finally {
    await file.close()
  }
}

/** What a container left to say at its end: its message file, or the end of its log when it failed without one and asked for that. */
export async function terminationMessage(files: Files, container: RuntimeContainer, spec: Container | EphemeralContainer, messagePath: string): Promise<string> {
  const said = await readEnd(files, messagePath, MAX_MESSAGE_BYTES)
  if (said !== '') return said
  if (spec.terminationMessagePolicy !== 'FallbackToLogsOnError' || container.exitCode === 0) return ''
  const raw = await readEnd(files, container.logPath, 4 * MAX_LOG_BYTES)
  const lines = raw.split('\n').map(parseLogLine).filter(line => line !== undefined)
  return lastBytes(lines.slice(-MAX_LOG_LINES).map(({ text, partial }) => (partial ? text : `${text}\n`)).join(''), MAX_LOG_BYTES)
}
