import type { ChannelCredentials, Client, ClientReadableStream, ServiceError } from '@grpc/grpc-js'
import type { INamespace, Type } from 'protobufjs'
import { systemClock } from '../machinery/clock.ts'
import { RuntimeError, type RuntimeErrorCode } from './runtime.ts'

/** A message as protobufjs takes and gives it: plain objects, enums by name, 64-bit integers as numbers. */
export type Message = Record<string, unknown>

export interface CallOptions {
  /** 0: no limit. */
  timeoutMs?: number
  signal?: AbortSignal
  headers?: Readonly<Record<string, string>>
}

/** A gRPC connection to one address, made when first needed and again when it was lost. */
export interface GrpcConnection {
  call(service: string, method: string, request: Message, options?: CallOptions): Promise<Message>
  /** Messages of a server stream until it ends, fails or the signal is aborted (which is no error). */
  stream(service: string, method: string, request: Message, options?: CallOptions): AsyncIterable<Message>
  /** Decodes a message by its full name, for those that travel inside `Any`. */
  decode(type: string, bytes: Uint8Array): Promise<Message>
  close(): void
}

const codeNames: readonly (RuntimeErrorCode | 'OK')[] = [
  'OK', 'Canceled', 'Unknown', 'InvalidArgument', 'DeadlineExceeded', 'NotFound', 'AlreadyExists', 'PermissionDenied', 'ResourceExhausted',
  'FailedPrecondition', 'Aborted', 'OutOfRange', 'Unimplemented', 'Internal', 'Unavailable', 'DataLoss', 'Unauthenticated',
]

/** Long answers (lists of containers and images) exceed gRPC's 4 MB. */
const MAX_MESSAGE_BYTES = 64 << 20

/** `waitForReady` makes a call during a restart of the other side wait for it instead of failing at once. */
const channelOptions = {
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES, 'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  'grpc.initial_reconnect_backoff_ms': 50, 'grpc.min_reconnect_backoff_ms': 50, 'grpc.max_reconnect_backoff_ms': 1000,
}

interface Method {
  path: string
  request: Type
  response: Type
}

interface Loaded {
  grpc: typeof import('@grpc/grpc-js')
  client: Client
  method(service: string, method: string): Method
  type(name: string): Type
}

/** Both libraries take about 0.1 s to load: only who talks gRPC pays for it. */
async function load(address: string, descriptor: object): Promise<Loaded> {
  const [grpc, { default: protobuf }] = await Promise.all([import('@grpc/grpc-js'), import('protobufjs/light.js')])
  const root = protobuf.Root.fromJSON(descriptor as INamespace)
  const credentials: ChannelCredentials = grpc.credentials.createInsecure()
  const methods = new Map<string, Method>()
  return {
    grpc,
    client: new grpc.Client(address, credentials, channelOptions),
    type: name => root.lookupType(name),
    method(service, name) {
      const path = `/${service}/${name}`
      const known = methods.get(path)
      if (known) return known
      const definition = root.lookupService(service)
      const rpc = definition.methods[name]
      if (!rpc) throw new TypeError(`no such rpc: ${path}`)
      const method = { path, request: definition.lookupType(rpc.requestType), response: definition.lookupType(rpc.responseType) }
      methods.set(path, method)
      return method
    },
  }
}

const encodeWith = (type: Type) => (message: Message): Buffer => Buffer.from(type.encode(type.fromObject(message)).finish())
const decodeWith = (type: Type) => (bytes: Uint8Array): Message => type.toObject(type.decode(bytes), { longs: Number, enums: String, defaults: true })

const asRuntimeError = (error: ServiceError): RuntimeError => {
  const code = codeNames[error.code] ?? 'Unknown'
  // The library tells of its own timings and sockets; upstream's words are these.
  const details = code === 'DeadlineExceeded' && /^Deadline exceeded after/.test(error.details) ? 'context deadline exceeded' : error.details
  return new RuntimeError(code === 'OK' ? 'Unknown' : code, details || error.message, { cause: error })
}

/** Connects to `unix:///path` or `host:port`; `descriptor` is a protobufjs namespace that holds the services. */
export function connectGrpc(address: string, descriptor: object): GrpcConnection {
  let loading: Promise<Loaded> | undefined
  const loaded = (): Promise<Loaded> => (loading ??= load(address, descriptor))
  const metadataOf = ({ grpc }: Loaded, headers: CallOptions['headers']) => {
    const metadata = new grpc.Metadata({ waitForReady: true })
    for (const [name, value] of Object.entries(headers ?? {})) metadata.set(name, value)
    return metadata
  }
  return {
    async call(service, name, request, { timeoutMs = 0, signal, headers } = {}) {
      signal?.throwIfAborted()
      const all = await loaded()
      const { path, request: requestType, response } = all.method(service, name)
      return new Promise((resolve, reject) => {
        const options = timeoutMs > 0 ? { deadline: systemClock.now() + timeoutMs } : {}
        const call = all.client.makeUnaryRequest(path, encodeWith(requestType), decodeWith(response), request, metadataOf(all, headers), options, (error, value) => {
          signal?.removeEventListener('abort', cancel)
          if (error) reject(signal?.aborted ? signal.reason : asRuntimeError(error))
          else resolve(value!)
        })
        const cancel = (): void => call.cancel()
        signal?.addEventListener('abort', cancel, { once: true })
      })
    },
    async *stream(service, name, request, { signal, headers } = {}) {
      if (signal?.aborted) return
      const all = await loaded()
      const { path, request: requestType, response } = all.method(service, name)
      const call: ClientReadableStream<Message> = all.client.makeServerStreamRequest(
        path, encodeWith(requestType), decodeWith(response), request, metadataOf(all, headers), {})
      const cancel = (): void => call.cancel()
      signal?.addEventListener('abort', cancel, { once: true })
      try {
        for await (const message of call) yield message as Message
      } catch (error) {
        if (!signal?.aborted) throw asRuntimeError(error as ServiceError)
      } finally {
        signal?.removeEventListener('abort', cancel)
        call.on('error', () => undefined)
        call.cancel()
      }
    },
    decode: async (type, bytes) => decodeWith((await loaded()).type(type))(bytes),
    close() {
      void loading?.then(({ client }) => client.close(), () => undefined)
    },
  }
}
