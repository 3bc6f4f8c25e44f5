import type { TokenRequest } from '../../api/authentication/token-request.ts'
import { tokenRequest } from '../../api/authentication/token-request.ts'
import type { ServiceAccount } from '../../api/core/service-account.ts'
import { badRequest, invalid, StatusError } from '../../machinery/status.ts'
import { decodeJwt } from 'jose'
import { admitCreate } from '../admission-chain.ts'
import { requestToken } from '../authn/token-request.ts'
import { nameOf, type Call, type Outcome } from '../call.ts'
import { readObject } from '../object-body.ts'
import { checkWriteOptions } from '../options.ts'
import type { Server } from '../verbs/verb.ts'
import type { SubresourceHandler } from './subresource.ts'

const GROUP = 'authentication.k8s.io'
const AN_HOUR_SECONDS = 3600
const kind = { group: GROUP, version: 'v1', kind: 'TokenRequest', schema: tokenRequest, defaults: ({ spec }: TokenRequest): void => { spec.expirationSeconds ??= AN_HOUR_SECONDS } }

/** Issues a token for a service account (KEP-1205). */
async function request(server: Server, call: Call): Promise<Outcome> {
  checkWriteOptions('CreateOptions', call.options)
  if (!server.tokens) throw new StatusError('ServiceUnavailable', 'this server has no key to sign tokens with')
  const name = nameOf(call)
  const asked = readObject(call, kind, server.catalog) as TokenRequest
  const account = (await server.registry.get(call.resource, call.namespace, name)).object as ServiceAccount
  if (asked.metadata.name && asked.metadata.name !== name) {
    const message = `Invalid value: ${JSON.stringify(asked.metadata.name)}: must match the service account name if specified`
    throw invalid({ group: GROUP, kind: 'TokenRequest' }, name, [{ reason: 'FieldValueInvalid', message, field: 'metadata.name' }])
  }
  if (asked.metadata.namespace && asked.metadata.namespace !== call.namespace) throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  await admitCreate(server.admission, call, asked)
  server.fields.created({ ...call, resource: { ...call.resource, ...kind } }, asked, 'token')
  const answer = await requestToken(account, { ...asked, metadata: { ...asked.metadata, uid: server.random.uuid() } }, { tokens: server.tokens, reader: server.stores, now: server.clock.now() })
  const { jti } = decodeJwt(answer.status.token)
  if (call.notes.annotations && jti) call.notes.annotations['authentication.kubernetes.io/issued-credential-id'] = `JTI=${jti}`
  return { object: answer, created: true }
}

export const token: SubresourceHandler = { name: 'token', kind: 'ServiceAccount', perform: request }
