import type { Secret } from '../api/core/secret.ts'
import { bytesFromBase64 } from '../machinery/base64.ts'

const NAMESPACE = 'kube-system'
const TYPE = 'bootstrap.kubernetes.io/token'

/** The text under a key of a secret; empty: there is none. */
export const secretText = ({ data }: Secret, key: string): string => {
  const value = (data as Readonly<Record<string, string>> | undefined)?.[key]
  return value ? new TextDecoder().decode(bytesFromBase64(value)) : ''
}

/** Reads a secret as a token that nodes join with; undefined: it is none. */
export function bootstrapTokenOf(secret: Secret): { field(name: string): string } | undefined {
  if (secret.metadata.namespace !== NAMESPACE || secret.type !== TYPE) return undefined
  return { field: name => secretText(secret, name) }
}
