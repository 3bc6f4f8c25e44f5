import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, kind, map, string, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { toBase64 } from '../../machinery/base64.ts'
import { pemBlocks } from '../certificates/pem.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { bytesFromBase64 } from '../../machinery/base64.ts'
import type { Cause } from '../../machinery/status.ts'
import { immutable, invalid, invalidBy, required, tooLong } from '../validation.ts'
import { LARGEST_DATA_BYTES, validateFrozen } from './frozen-data.ts'
import { configKeyProblems } from './pod/validation/env.ts'

const secretShape = kind('io.k8s.api.core.v1.Secret', {
  metadata: struct(1, objectMeta),
  immutable: bool(5, { pointer: true }),
  data: map(2, 'bytes'),
  stringData: map(4, 'string'),
  type: string(3),
})
export interface Secret extends Infer<typeof secretShape> {}
export const secret: Schema<Secret> = secretShape

/** The handle for secrets. */
export const Secrets: Resource<Secret> = defineResource<Secret>({
  version: 'v1', kind: 'Secret', plural: 'secrets',
  storageVersionHash: 'S6u1pOWzb84=',
  schema: secret,
  columns: [
    nameColumn,
    { name: 'Type', type: 'string', cell: ({ type }) => type ?? '' },
    { name: 'Data', type: 'string', cell: ({ data }) => Object.keys(data ?? {}).length },
    ageColumn,
  ],
  fieldSelectors: { type: ({ type }) => type ?? '' },
  defaults(secret) {
    secret.type ??= 'Opaque'
    // `stringData` is for writing only: it is stored as data.
    for (const [key, text] of Object.entries(secret.stringData ?? {})) (secret.data ??= {})[key] = toBase64(text)
    delete secret.stringData
  },
  validate: validateSecret,
  warnings: tlsWarnings,
  validateUpdate: (next, old) => [...immutable('type', next.type, old.type), ...(old.immutable ? validateFrozen(next, old, ['data']) : [])],
})

const SERVICE_ACCOUNT_NAME = 'kubernetes.io/service-account.name'
const REDACTED = '<secret contents redacted>'

function validateSecret({ metadata, data = {}, type }: Secret): Cause[] {
  const causes: Cause[] = []
  let size = 0
  for (const key in data) {
    causes.push(...invalidBy(`data[${key}]`, key, configKeyProblems))
    size += (data[key]!.length * 3) / 4
  }
  if (size > LARGEST_DATA_BYTES) causes.push(tooLong('data', LARGEST_DATA_BYTES))
  const has = (key: string): Cause[] => (Object.hasOwn(data, key) ? [] : [required(`data[${key}]`)])
  switch (type) {
    case 'kubernetes.io/service-account-token':
      if (!metadata.annotations?.[SERVICE_ACCOUNT_NAME]) causes.push(required(`metadata.annotations[${SERVICE_ACCOUNT_NAME}]`))
      break
    case 'kubernetes.io/dockercfg': causes.push(...validateDockerConfig(data, '.dockercfg')); break
    case 'kubernetes.io/dockerconfigjson': causes.push(...validateDockerConfig(data, '.dockerconfigjson')); break
    case 'kubernetes.io/basic-auth':
      // Either is enough; without any, both are named.
      if (!Object.hasOwn(data, 'username') && !Object.hasOwn(data, 'password')) causes.push(...has('username'), ...has('password'))
      break
    case 'kubernetes.io/ssh-auth': if (!data['ssh-privatekey']) causes.push(required('data[ssh-privatekey]')); break
    case 'kubernetes.io/tls': causes.push(...has('tls.crt'), ...has('tls.key')); break
  }
  return causes
}

function validateDockerConfig(data: Readonly<Record<string, string>>, key: string): Cause[] {
  const field = `data[${key}]`
  if (!Object.hasOwn(data, key)) return [required(field)]
  const text = new TextDecoder().decode(bytesFromBase64(data[key]!))
  try {
    const config: unknown = JSON.parse(text)
    if (typeof config === 'object' && config !== null && !Array.isArray(config)) return []
    const kind = Array.isArray(config) ? 'array' : typeof config
    return config === null ? [] : [invalid(field, REDACTED, `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`)]
  } catch {
    const unexpected = /^\s*([^\s{[])/.exec(text)
    return [invalid(field, REDACTED, unexpected ? `invalid character '${unexpected[1]}' looking for beginning of value` : 'unexpected end of JSON input')]
  }
}

/** What is wrong with the certificate or the key, as far as their text tells. */
function tlsWarnings({ type, data = {} }: Secret): string[] {
  if (type !== 'kubernetes.io/tls') return []
  const blocks = (key: string): string[] => pemBlocks(data[key]).blocks.map(block => block.type)
  const certificates = blocks('tls.crt')
  if (!certificates.includes('CERTIFICATE')) {
    if (certificates.length === 0) return ['tls: failed to find any PEM data in certificate input']
    if (certificates.length === 1 && certificates[0]!.endsWith('PRIVATE KEY')) {
      return ['tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched']
    }
    return [`tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${certificates.join(' ')}]`]
  }
  const keys = blocks('tls.key')
  if (keys.some(each => each.endsWith('PRIVATE KEY'))) return []
  if (keys.length === 0) return ['tls: failed to find any PEM data in key input']
  if (keys.length === 1 && keys[0] === 'CERTIFICATE') return ['tls: found a certificate rather than a key in the PEM for the private key']
  return [`tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${keys.join(' ')}]`]
}
