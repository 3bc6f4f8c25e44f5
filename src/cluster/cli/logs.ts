import { realFiles } from '../../host/files.ts'
import { asText } from '../../host/log.ts'
import { containerdPaths } from '../../kubelet/containerd-config.ts'
import { badRequest, StatusError } from '../../machinery/status.ts'
import { layoutOf } from '../layout.ts'
import type { Verb } from './verb.ts'

export const logs: Verb = {
  args: '[COMPONENT]', maxPositionals: 1,
  flags: {
    follow: { type: 'boolean', short: 'f', help: 'go on printing what comes' },
    tail: { type: 'string', value: 'LINES', help: 'how many lines of the past (200)' },
  },
  async run({ options, flags, positionals: [component], print }) {
    const layout = layoutOf(options)
    const path = component === 'containerd' ? containerdPaths(layout.containerdDir).log : component === 'crash' ? layout.crashLog : layout.daemonLog
    const tail = flags['tail'] === undefined ? 200 : Number(flags['tail'])
    if (!Number.isInteger(tail) || tail < 0) throw badRequest(`--tail "${flags['tail']}" does not fit: it is a number of lines`)
    if (!(await realFiles.exists(path))) throw new StatusError('NotFound', `there is no log at ${path} yet: "k8ts up" starts the cluster`)
    const show = (line: string): string[] => lineFor(line, ['containerd', 'crash'].includes(component ?? '') ? undefined : component)
    const text = await realFiles.readText(path)
    const past = text.split('\n').slice(0, -1).flatMap(show)
    for (const line of tail === 0 ? [] : past.slice(-tail)) print(line)
    if (flags['follow']) for await (const line of linesFrom(path, Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1)))) for (const shown of show(line)) print(shown)
  },
}

/** A line for a person; nothing when it is another component's. Lines that are no JSON (containerd's, a crash) stand for themselves. */
export function lineFor(line: string, component: string | undefined): string[] {
  if (!line.startsWith('{')) return component === undefined && line !== '' ? [line] : []
  try {
    return component === undefined || (JSON.parse(line) as { component?: string }).component === component ? [asText(line).trimEnd()] : []
  } catch {
    return component === undefined ? [line] : []
  }
}

async function* linesFrom(path: string, start: number): AsyncIterable<string> {
  let position = start
  let rest = Buffer.alloc(0)
  for await (const _ of realFiles.watch(path, new AbortController().signal)) {
    const size = (await realFiles.stat(path))?.size ?? 0
    // The file was begun anew.
    if (size < position) [position, rest] = [0, Buffer.alloc(0)]
    for await (const chunk of realFiles.stream(path, { start: position, end: size })) {
      position += chunk.length
      rest = Buffer.concat([rest, chunk])
    }
    const end = rest.lastIndexOf(10) + 1
    yield* rest.subarray(0, end).toString().split('\n').slice(0, -1)
    rest = rest.subarray(end)
  }
}
