/**
 * Protobuf's wire format. The writer works from the end of its buffer to the front: when a message's parts are written its length is known,
 * so nothing is measured beforehand and nothing moved. Parts are therefore given last first.
 */

export const VARINT = 0
export const FIXED64 = 1
export const BYTES = 2
export const FIXED32 = 5

/** Bytes that are no protobuf: cut short, a number too long, a wire type that does not exist. */
export class ProtobufError extends Error {
  override name = 'ProtobufError'
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
/** Up to this length a loop beats the call into the engine. */
const SHORT = 48

export class ProtobufWriter {
  private bytes: Uint8Array
  /** Where the written part begins. */
  private start: number

  constructor(capacity = 1024) {
    this.bytes = new Uint8Array(capacity)
    this.start = capacity
  }

  /** How much is written: `length` then minus `length` now is the size of what came between. */
  get length(): number {
    return this.bytes.length - this.start
  }

  finish(): Uint8Array {
    return this.bytes.slice(this.start)
  }

  private reserve(count: number): void {
    if (count <= this.start) return
    const written = this.length
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, written + count))
    larger.set(this.bytes.subarray(this.start), larger.length - written)
    this.bytes = larger
    this.start = larger.length - written
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.start -= bytes.length
    this.bytes.set(bytes, this.start)
  }

  /** A whole number; negative ones take ten bytes, as int32 and int64 do. */
  varint(value: number): void {
    this.reserve(10)
    if (value >= 0 && value < 0x80) {
      this.bytes[--this.start] = value
      return
    }
    if (value >= 0 && value <= 0x7fffffff) this.small(value)
    else this.large(BigInt.asUintN(64, BigInt(value)))
  }

  private small(value: number): void {
    const size = value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5
    let at = (this.start -= size)
    let rest = value
    while (rest >= 0x80) {
      this.bytes[at++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.bytes[at] = rest
  }

  private large(value: bigint): void {
    const parts: number[] = []
    for (let rest = value; ; rest >>= 7n) {
      parts.push(Number(rest & 0x7fn) | (rest >= 0x80n ? 0x80 : 0))
      if (rest < 0x80n) break
    }
    this.start -= parts.length
    this.bytes.set(parts, this.start)
  }

  tag(number: number, wire: number): void {
    this.varint(number * 8 + wire)
  }

  double(value: number): void {
    this.reserve(8)
    this.start -= 8
    new DataView(this.bytes.buffer).setFloat64(this.start, value, true)
  }

  /** A string's bytes with their length before them. */
  string(value: string): void {
    const size = value.length
    if (size <= SHORT && this.ascii(value)) {
      this.varint(size)
      return
    }
    this.lengthDelimited(encoder.encode(value))
  }

  private ascii(value: string): boolean {
    this.reserve(value.length)
    let at = this.start
    for (let index = value.length - 1; index >= 0; index--) {
      const code = value.charCodeAt(index)
      if (code >= 0x80) return false
      this.bytes[--at] = code
    }
    this.start = at
    return true
  }

  lengthDelimited(bytes: Uint8Array): void {
    this.raw(bytes)
    this.varint(bytes.length)
  }
}

export class ProtobufReader {
  private readonly bytes: Uint8Array
  position: number
  end: number

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.position = 0
    this.end = bytes.length
  }

  get done(): boolean {
    return this.position >= this.end
  }

  private byte(): number {
    if (this.position >= this.end) throw new ProtobufError('unexpected EOF')
    return this.bytes[this.position++]!
  }

  /** A number of up to 64 bits without sign, rounded beyond 2^53. */
  varint(): number {
    let result = 0
    let scale = 1
    for (let count = 0; count < 10; count++) {
      const byte = this.byte()
      result += (byte & 0x7f) * scale
      if (byte < 0x80) return result
      scale *= 128
    }
    throw new ProtobufError('proto: integer overflow')
  }

  int64(): number {
    const start = this.position
    const value = this.varint()
    if (value <= Number.MAX_SAFE_INTEGER) return value
    let exact = 0n
    for (let at = this.position - 1; at >= start; at--) exact = (exact << 7n) | BigInt(this.bytes[at]! & 0x7f)
    return Number(BigInt.asIntN(64, exact))
  }

  int32(): number {
    const start = this.position
    const value = this.varint()
    if (value <= 0x7fffffff) return value
    let low = 0
    for (let at = Math.min(this.position, start + 5) - 1; at >= start; at--) low = (low << 7) | (this.bytes[at]! & 0x7f)
    return low
  }

  double(): number {
    if (this.position + 8 > this.end) throw new ProtobufError('unexpected EOF')
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset + this.position, 8)
    this.position += 8
    return view.getFloat64(0, true)
  }

  /** The end of the length-delimited part that begins here. */
  limit(): number {
    const size = this.varint()
    const end = this.position + size
    if (end > this.end) throw new ProtobufError('unexpected EOF')
    return end
  }

  /** A view of a length-delimited part; copy it to keep it. */
  view(): Uint8Array {
    const end = this.limit()
    const part = this.bytes.subarray(this.position, end)
    this.position = end
    return part
  }

  string(): string {
    const end = this.limit()
    const start = this.position
    this.position = end
    if (end - start <= SHORT) {
      let text = ''
      for (let at = start; at < end; at++) {
        const code = this.bytes[at]!
        if (code >= 0x80) return decoder.decode(this.bytes.subarray(start, end))
        text += String.fromCharCode(code)
      }
      return text
    }
    return decoder.decode(this.bytes.subarray(start, end))
  }

  /** Passes over a field that nobody knows. */
  skip(wire: number): void {
    if (wire === VARINT) this.varint()
    else if (wire === BYTES) this.position = this.limit()
    else if (wire === FIXED64 || wire === FIXED32) {
      this.position += wire === FIXED64 ? 8 : 4
      if (this.position > this.end) throw new ProtobufError('unexpected EOF')
    } else throw new ProtobufError(`proto: illegal wireType ${wire}`)
  }
}
