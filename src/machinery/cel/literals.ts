import { Double, Uint, intOf, isInt64, isUint64 } from './values.ts'
import { OPERAND } from './token-stream.ts'
import { unescapeBytes, unescapeString } from './unescape.ts'
import type { Literal } from './ast.ts'
import type { Token } from './lexer.ts'
import type { TokenStream } from './token-stream.ts'
import type { Value } from './values.ts'

/** Reads a literal, a sign before a number included. */
export function parseLiteral(tokens: TokenStream): Literal {
  const first = tokens.next
  const negative = tokens.take('-') !== undefined
  if (negative && !tokens.is('NUM_INT') && !tokens.is('NUM_FLOAT')) tokens.noAlternative(first)
  const token = tokens.advance()
  try {
    const value = valueOf(token, negative)
    if (value !== undefined) return { kind: 'literal', value, offset: first.offset }
  } catch (error) {
    tokens.report((error as Error).message, first.offset)
    return { kind: 'literal', value: null, offset: first.offset }
  }
  return tokens.mismatch(OPERAND)
}

function valueOf({ type, text }: Token, negative: boolean): Value | undefined {
  switch (type) {
    case 'NUM_INT': return integer(text, negative)
    case 'NUM_UINT': return unsigned(text.slice(0, -1))
    case 'NUM_FLOAT': return double(`${negative ? '-' : ''}${text}`)
    case 'STRING': return unescapeString(text)
    case 'BYTES': return unescapeBytes(text.slice(1))
    case 'true': return true
    case 'false': return false
    case 'null': return null
    default: return undefined
  }
}

function integer(text: string, negative: boolean): Value {
  const value = negative ? -BigInt(text) : BigInt(text)
  if (!isInt64(value)) throw new Error('invalid int literal')
  return intOf(value)
}

function unsigned(text: string): Value {
  const value = BigInt(text)
  if (!isUint64(value)) throw new Error('invalid uint literal')
  return new Uint(value)
}

function double(text: string): Value {
  const value = Number(text)
  if (!Number.isFinite(value)) throw new Error('invalid double literal')
  return new Double(value)
}
