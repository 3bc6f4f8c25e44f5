import { sleep, type Clock } from '../machinery/clock.ts'
import { errorMessage, type Log } from '../machinery/log.ts'
import type { Random } from '../machinery/random.ts'
import descriptor from './containerd-events-descriptor.json' with { type: 'json' }
import { connectGrpc, type GrpcConnection, type Message } from './grpc.ts'
import type { RuntimeEvent } from './runtime.ts'

const SERVICE = 'containerd.services.events.v1.Events'
/** The namespace that containerd's CRI plugin keeps its containers in. */
const HEADERS = { 'containerd-namespace': 'k8s.io' }
const SYNC_TOPIC = '/k8ts/subscribed'
const TOPICS = ['/tasks/start', '/tasks/exit', '/tasks/oom', '/containers/create', '/containers/delete', SYNC_TOPIC]
const FILTERS = TOPICS.map(topic => `namespace==k8s.io,topic=="${topic}"`)

const PUBLISH_AGAIN_MS = 50
const RESUBSCRIBE_MS = 200

interface EventsOptions {
  address: string
  clock: Clock
  random: Random
  log: Log
  signal: AbortSignal
}

const decoders: Readonly<Record<string, { type: string; event: (message: Message, atMs: number) => RuntimeEvent | undefined }>> = {
  '/tasks/start': { type: 'TaskStart', event: ({ containerId, pid }, atMs) => ({ type: 'started', id: String(containerId), pid: Number(pid), atMs }) },
  // The end of an exec session is an exit too, with an id of its own.
  '/tasks/exit': {
    type: 'TaskExit',
    event: ({ containerId, id, exitStatus }, atMs) => (id === containerId ? { type: 'exited', id: String(id), exitCode: Number(exitStatus), atMs } : undefined),
  },
  '/tasks/oom': { type: 'TaskOOM', event: ({ containerId }, atMs) => ({ type: 'oom', id: String(containerId), atMs }) },
  '/containers/create': { type: 'ContainerCreate', event: ({ id }, atMs) => ({ type: 'created', id: String(id), atMs }) },
  '/containers/delete': { type: 'ContainerDelete', event: ({ id }, atMs) => ({ type: 'deleted', id: String(id), atMs }) },
}

async function decode(connection: GrpcConnection, envelope: Message): Promise<RuntimeEvent | undefined> {
  const decoder = decoders[String(envelope['topic'])]
  if (!decoder) return undefined
  const time = envelope['timestamp'] as { seconds: number; nanos: number } | null
  const atMs = time ? time.seconds * 1000 + Math.floor(time.nanos / 1e6) : 0
  return decoder.event(await connection.decode(`containerd.events.${decoder.type}`, (envelope['event'] as { value: Uint8Array }).value), atMs)
}

/**
 * containerd gives no sign that a subscription has begun, and what happens before is lost. So an event of our own is published until it comes
 * back: from then on nothing is missed, and `resync` may be said.
 */
async function knock(connection: GrpcConnection, token: string, { clock }: EventsOptions, until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    await connection.call(SERVICE, 'Publish', { topic: SYNC_TOPIC, event: { typeUrl: 'k8ts/token', value: Buffer.from(token) } }, { headers: HEADERS, signal: until })
    await sleep(clock, PUBLISH_AGAIN_MS, until)
  }
}

async function* subscribe(connection: GrpcConnection, options: EventsOptions): AsyncIterable<RuntimeEvent> {
  const token = options.random.uuid()
  const answered = new AbortController()
  const signal = AbortSignal.any([answered.signal, options.signal])
  knock(connection, token, options, signal).catch(error => {
    if (!signal.aborted) options.log.debug('cannot publish to containerd', { error })
  })
  try {
    for await (const envelope of connection.stream(SERVICE, 'Subscribe', { filters: FILTERS }, { headers: HEADERS, signal: options.signal })) {
      if (envelope['topic'] === SYNC_TOPIC) {
        const mine = Buffer.from((envelope['event'] as { value: Uint8Array }).value).toString() === token
        if (mine && !answered.signal.aborted) {
          answered.abort()
          yield { type: 'resync' }
        }
      } else if (answered.signal.aborted) {
        const event = await decode(connection, envelope)
        if (event) yield event
      }
    }
  } finally {
    answered.abort()
  }
}

/** The events of a containerd, over every loss of connection, until the signal is aborted. */
export async function* containerdEvents(options: EventsOptions): AsyncIterable<RuntimeEvent> {
  const { clock, log, signal } = options
  while (!signal.aborted) {
    // A connection each time: a lost one may take long to notice that the other side is back.
    const connection = connectGrpc(options.address, descriptor)
    try {
      yield* subscribe(connection, options)
    } catch (error) {
      if (!signal.aborted) log.debug('lost the events of containerd', { error: errorMessage(error) })
    } finally {
      connection.close()
    }
    await sleep(clock, RESUBSCRIBE_MS, signal).catch(() => undefined)
  }
}
