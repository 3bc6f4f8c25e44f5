/** The text's UTF-8 in base64. */
export const toBase64 = (text: string): string => bytesToBase64(new TextEncoder().encode(text))

/** Bytes in base64. */
export const bytesToBase64 = (bytes: Uint8Array): string => bytes.toBase64()

/** The bytes that a base64 text stands for. */
export const bytesFromBase64 = (text: string): Uint8Array => Uint8Array.fromBase64(text)
