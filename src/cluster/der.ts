/** As much of ASN.1's DER as certificates are made of: each function writes one element. */

const element = (tag: number, ...parts: readonly Uint8Array[]): Uint8Array => {
  const content = Buffer.concat(parts)
  return Buffer.concat([Uint8Array.of(tag, ...lengthOf(content.length)), content])
}

/** Up to 127 in one byte, else as many bytes as it takes behind their number. */
const lengthOf = (length: number): number[] =>
  length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : length < 0x10000 ? [0x82, length >> 8, length & 0xff] : [0x83, length >> 16, (length >> 8) & 0xff, length & 0xff]

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => element(0x30, ...parts)
export const set = (...parts: readonly Uint8Array[]): Uint8Array => element(0x31, ...parts)
export const octets = (content: Uint8Array): Uint8Array => element(0x04, content)
/** A positive number, its highest bit not set. */
export const integer = (bytes: Uint8Array): Uint8Array => element(0x02, bytes)
export const nothing = (): Uint8Array => element(0x05)
export const yes = (): Uint8Array => element(0x01, Uint8Array.of(0xff))
export const utf8String = (text: string): Uint8Array => element(0x0c, Buffer.from(text))
export const bits = (content: Uint8Array, unused = 0): Uint8Array => element(0x03, Uint8Array.of(unused), content)
/** An element with a tag of its own in place of its type's. */
export const tagged = (number: number, content: Uint8Array): Uint8Array => element(0x80 | number, content)
/** An element within another that has a tag of its own. */
export const wrapped = (number: number, content: Uint8Array): Uint8Array => element(0xa0 | number, content)

export function objectId(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return element(0x06, Uint8Array.from([40 * first + second, ...rest.flatMap(base128)]))
}

function base128(number: number): number[] {
  const digits = [number & 0x7f]
  for (let rest = number >> 7; rest > 0; rest >>= 7) digits.unshift((rest & 0x7f) | 0x80)
  return digits
}

/** Years before 2050 have two digits, as RFC 5280 wants them. */
export function time(date: Date): Uint8Array {
  const text = `${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`
  return date.getUTCFullYear() < 2050 ? element(0x17, Buffer.from(text.slice(2))) : element(0x18, Buffer.from(text))
}

/** The elements that stand next to each other within an element, each with its tag. */
export function elementsOf(whole: Uint8Array): Uint8Array[] {
  const elements: Uint8Array[] = []
  for (let at = headOf(whole, 0).content; at < whole.length;) {
    const { end } = headOf(whole, at)
    elements.push(whole.subarray(at, end))
    at = end
  }
  return elements
}

/** Where an element's content begins and ends. */
function headOf(bytes: Uint8Array, at: number): { content: number; end: number } {
  const first = bytes[at + 1]!
  const more = first < 0x80 ? 0 : first & 0x7f
  let length = more === 0 ? first : 0
  for (let index = 0; index < more; index++) length = length * 256 + bytes[at + 2 + index]!
  const content = at + 2 + more
  return { content, end: content + length }
}

/** What an element holds. */
export const contentOf = (whole: Uint8Array): Uint8Array => whole.subarray(headOf(whole, 0).content)
