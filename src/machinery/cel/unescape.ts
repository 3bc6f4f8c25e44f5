const SIMPLE: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\', "'": "'", '"': '"', '`': '`', '?': '?' }
const REPLACEMENT = '\ufffd'

/** What a string literal says. Throws an Error with the message that the user sees. */
export function unescapeString(literal: string): string {
  const { body, raw } = bodyOf(literal)
  if (raw || !body.includes('\\')) return body
  return body.replace(/\\(?:[xX](..)|u(.{4})|U(.{8})|([0-3][0-7]{2})|(.))/gs, (_, hex?: string, short?: string, long?: string, octal?: string, char?: string) => {
    if (char !== undefined) return SIMPLE[char] ?? fail()
    const code = octal === undefined ? Number.parseInt(hex ?? short ?? long!, 16) : Number.parseInt(octal, 8)
    if (code > 0x10ffff) return fail()
    return code >= 0xd800 && code <= 0xdfff ? REPLACEMENT : String.fromCodePoint(code)
  })
}

/** What a bytes literal (without its `b`) says; escapes of two hexadecimal or three octal digits are single bytes. */
export function unescapeBytes(literal: string): Uint8Array {
  const { body, raw } = bodyOf(literal)
  const encoder = new TextEncoder()
  if (raw || !body.includes('\\')) return encoder.encode(body)
  const bytes: number[] = []
  for (const [part, hex, octal, char] of body.matchAll(/\\(?:[xX](..)|([0-3][0-7]{2})|(.))|[^\\]+/gs)) {
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16))
    else if (octal !== undefined) bytes.push(Number.parseInt(octal, 8))
    else if (char !== undefined) bytes.push((SIMPLE[char] ?? fail()).charCodeAt(0))
    else bytes.push(...encoder.encode(part))
  }
  return Uint8Array.from(bytes)
}

function fail(): never {
  throw new Error('unable to unescape string')
}

function bodyOf(literal: string): { body: string; raw: boolean } {
  const raw = literal[0] === 'r' || literal[0] === 'R'
  const text = (raw ? literal.slice(1) : literal).replaceAll('\r\n', '\n').replaceAll('\r', '\n')
  const quotes = /^(?:"""|''')/.test(text) && text.length >= 6 ? 3 : 1
  return { body: text.slice(quotes, -quotes), raw }
}
