import { bytesFromBase64 } from '../../machinery/base64.ts'

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[ \t]*\r?\n((?:[A-Za-z-]+:[^\n]*\n)*)([A-Za-z0-9+/=\s]*?)-----END \1-----/g
const SEQUENCE = 0x30
const TRUNCATED = 'asn1: syntax error: data truncated'

export interface PemBlock {
  readonly type: string
  readonly headers: boolean
  readonly bytes: Uint8Array
}

/** The blocks of a PEM text that comes as base64, and whether anything else than white space stands after the last. */
export function pemBlocks(base64: string | undefined): { blocks: PemBlock[]; rest: string } {
  const text = base64 ? new TextDecoder('latin1').decode(bytesFromBase64(base64)) : ''
  const blocks: PemBlock[] = []
  let end = 0
  for (const match of text.matchAll(BLOCK)) {
    const [whole, type, headers, body] = match
    blocks.push({ type: type!, headers: headers !== '', bytes: bytesFromBase64(body!.replace(/\s/g, '')) })
    end = match.index + whole.length
  }
  return { blocks, rest: text.slice(end) }
}

/** What is wrong with bytes that should be a certificate or a request for one: their outer form only, the signer reads the rest. */
export function derProblem(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return 'asn1: syntax error: sequence truncated'
  const outer = elementAt(bytes, 0)
  if (!outer || outer.end > bytes.length) return TRUNCATED
  if (outer.tag !== SEQUENCE) return 'asn1: structure error: tags don\'t match'
  if (outer.end < bytes.length) return 'asn1: syntax error: trailing data'
  // The part that is signed, the algorithm, the signature.
  const tags: number[] = []
  for (let at = outer.start; at < outer.end;) {
    const part = elementAt(bytes, at)
    if (!part || part.end > outer.end) return TRUNCATED
    tags.push(part.tag)
    at = part.end
  }
  return tags[0] === SEQUENCE && tags[1] === SEQUENCE && tags[2] === 0x03 ? undefined : 'asn1: structure error: tags don\'t match'
}

function elementAt(bytes: Uint8Array, at: number): { tag: number; start: number; end: number } | undefined {
  const [tag, first] = [bytes[at], bytes[at + 1]]
  if (tag === undefined || first === undefined) return undefined
  if (first < 0x80) return { tag, start: at + 2, end: at + 2 + first }
  const count = first & 0x7f
  if (count === 0 || count > 4 || at + 2 + count > bytes.length) return undefined
  const length = bytes.subarray(at + 2, at + 2 + count).reduce((sum, byte) => sum * 256 + byte, 0)
  return { tag, start: at + 2 + count, end: at + 2 + count + length }
}
