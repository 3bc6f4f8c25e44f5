import type { ServiceError } from '@grpc/grpc-js'
import { systemClock } from '../machinery/clock.ts'
import { BYTES, ProtobufReader, ProtobufWriter } from '../machinery/protobuf.ts'

/** What a KMS made of a key: only it can open it again. */
export interface KmsCiphertext {
  readonly ciphertext: Uint8Array
  readonly keyId: string
  readonly annotations: Readonly<Record<string, Uint8Array>>
}

export interface KmsStatus {
  readonly version: string
  readonly healthz: string
  readonly keyId: string
}

/** A key management service as upstream's plugins speak it (KMS v2). */
export interface KmsService {
  status(): Promise<KmsStatus>
  encrypt(uid: string, plaintext: Uint8Array): Promise<KmsCiphertext>
  decrypt(uid: string, sealed: KmsCiphertext): Promise<Uint8Array>
  close(): void
}

const NONE = new Uint8Array()
const CODES = ['OK', 'Canceled', 'Unknown', 'InvalidArgument', 'DeadlineExceeded', 'NotFound', 'AlreadyExists', 'PermissionDenied', 'ResourceExhausted',
  'FailedPrecondition', 'Aborted', 'OutOfRange', 'Unimplemented', 'Internal', 'Unavailable', 'DataLoss', 'Unauthenticated'] as const

/** Connects to `unix:///path` (or `unix:///@name`, an abstract socket) when first asked. Each call ends after the timeout, also when nobody listens. */
export function connectKms(endpoint: string, timeoutMs: number): KmsService {
  const open = async () => {
    const grpc = await import('@grpc/grpc-js')
    const path = endpoint.replace(/^unix:(\/\/)?/, '')
    const address = path.startsWith('/@') ? `unix-abstract:${path.slice(2)}` : `unix:${path}`
    const channel = { 'grpc.default_authority': 'localhost', 'grpc.initial_reconnect_backoff_ms': 100, 'grpc.min_reconnect_backoff_ms': 100, 'grpc.max_reconnect_backoff_ms': 1000 }
    return { grpc, client: new grpc.Client(address, grpc.credentials.createInsecure(), channel) }
  }
  let opened: ReturnType<typeof open> | undefined
  const call = async (method: string, request: Uint8Array): Promise<Uint8Array> => {
    const { grpc, client } = await (opened ??= open())
    return new Promise((resolve, reject) => {
      const deadline = systemClock.now() + timeoutMs
      client.makeUnaryRequest(`/v2.KeyManagementService/${method}`, bytes => Buffer.from(bytes), bytes => new Uint8Array(bytes), request, new grpc.Metadata({ waitForReady: true }), { deadline },
        (error, answer) => (error ? reject(rpcError(error)) : resolve(answer ?? NONE)))
    })
  }
  return {
    async status() {
      const { 1: version, 2: healthz, 3: keyId } = fields(await call('Status', NONE))
      return { version: text(version), healthz: text(healthz), keyId: text(keyId) }
    },
    async encrypt(uid, plaintext) {
      const answer = await call('Encrypt', message({ 1: plaintext, 2: uid }))
      const { 1: ciphertext = NONE, 2: keyId } = fields(answer)
      return { ciphertext, keyId: text(keyId), annotations: entries(answer, 3) }
    },
    async decrypt(uid, { ciphertext, keyId, annotations }) {
      return fields(await call('Decrypt', message({ 1: ciphertext, 2: uid, 3: keyId }, 4, annotations)))[1] ?? NONE
    },
    close: () => void opened?.then(({ client }) => client.close(), () => undefined),
  }
}

/** A failed call in the words of upstream's client. */
function rpcError(error: ServiceError): Error {
  const code = CODES[error.code] ?? 'Unknown'
  const details = code === 'DeadlineExceeded' && error.details.startsWith('Deadline exceeded') ? 'context deadline exceeded' : error.details
  return new Error(`rpc error: code = ${code} desc = ${details}`, { cause: error })
}

const decoder = new TextDecoder()
const text = (bytes: Uint8Array | undefined): string => decoder.decode(bytes ?? NONE)

/** The length-delimited fields of a message by their numbers: these messages have no others. */
function fields(bytes: Uint8Array): Record<number, Uint8Array | undefined> {
  const found: Record<number, Uint8Array> = {}
  const reader = new ProtobufReader(bytes)
  while (!reader.done) {
    const tag = reader.varint()
    if ((tag & 7) === BYTES) found[tag >>> 3] = reader.view()
    else reader.skip(tag & 7)
  }
  return found
}

function entries(bytes: Uint8Array, field: number): Record<string, Uint8Array> {
  const found: Record<string, Uint8Array> = {}
  const reader = new ProtobufReader(bytes)
  while (!reader.done) {
    const tag = reader.varint()
    if (tag !== field * 8 + BYTES) {
      reader.skip(tag & 7)
      continue
    }
    const { 1: name, 2: value = NONE } = fields(reader.view())
    found[text(name)] = value
  }
  return found
}

function message(parts: Readonly<Record<number, string | Uint8Array>>, mapField = 0, map: Readonly<Record<string, Uint8Array>> = {}): Uint8Array {
  const writer = new ProtobufWriter(256)
  for (const [name, value] of Object.entries(map).reverse()) {
    writer.lengthDelimited(message({ 1: name, 2: value }))
    writer.tag(mapField, BYTES)
  }
  for (const [number, value] of Object.entries(parts).reverse()) {
    if (typeof value === 'string') writer.string(value)
    else writer.lengthDelimited(value)
    writer.tag(Number(number), BYTES)
  }
  return writer.finish()
}
