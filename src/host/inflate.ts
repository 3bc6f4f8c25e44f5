import { constants, createInflate } from 'node:zlib'

/** Node's way to inflate in one step with a history that lasts over many pieces; there is no public one. */
interface SyncInflate {
  _processChunk(chunk: Uint8Array, flush: number): Buffer
  close(): void
}

/** Opens a zlib stream that is fed piece by piece, each ending at a flush; answers what each piece stands for. */
export function openInflate(dictionary: Uint8Array): { inflate(piece: Uint8Array): Uint8Array; close(): void } {
  const stream = createInflate({ dictionary }) as unknown as SyncInflate
  return { inflate: piece => stream._processChunk(piece, constants.Z_SYNC_FLUSH), close: () => stream.close() }
}
