/** The text's UTF-8 in base64. */
export const toBase64 = (text: string): string => bytesToBase64(new TextEncoder().encode(text))

/** Bytes in base64. Node 24 lacks the engine's own conversion. */
export function bytesToBase64(bytes: Uint8Array): string {
  const { toBase64 } = bytes as { toBase64?: () => string }
  return toBase64 ? bytes.toBase64() : btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''))
}

/** The bytes that a base64 text stands for. */
export function bytesFromBase64(text: string): Uint8Array {
  const { fromBase64 } = Uint8Array as { fromBase64?: typeof Uint8Array.fromBase64 }
  return fromBase64 ? Uint8Array.fromBase64(text) : Uint8Array.from(atob(text), char => char.charCodeAt(0))
}
