import { generateKeyPairSync } from 'node:crypto'
import { resources } from '../src/api/index.ts'
import { createApiServer } from '../src/apiserver/api-server.ts'
import type { Authenticator } from '../src/apiserver/authn/authenticator.ts'
import { certificateAuthenticator } from '../src/apiserver/authn/certificate.ts'
import { readSigningKey } from '../src/apiserver/authn/service-account-key.ts'
import { createServiceAccountTokens } from '../src/apiserver/authn/service-account-token.ts'
import { listen, type NetworkOptions } from '../src/apiserver/network.ts'
import { issueAuthority, issueCertificate } from '../src/cluster/x509.ts'
import { systemClock } from '../src/machinery/clock.ts'
import { silentLog } from '../src/machinery/log.ts'
import { systemRandom } from '../src/machinery/random.ts'
import { memoryStorage } from '../src/storage/memory.ts'
import type { Storage } from '../src/storage/storage.ts'

const day = 86_400_000
const validity = { notBefore: new Date(Date.UTC(2020, 0, 1)), notAfter: new Date(Date.UTC(2020, 0, 1) + 36_500 * day) }

/** A token that makes its bearer the administrator that the transcripts were recorded with. */
export const ADMIN_TOKEN = 'golden'
const adminToken: Authenticator = {
  name: 'static', authenticate: ({ bearerToken }) => (bearerToken === ADMIN_TOKEN ? { name: 'bench', uid: 'uid1', groups: ['system:masters'] } : undefined),
}

type Parts = Parameters<typeof memoryStorage>[0]

/** An API server by itself over an empty memory, or the given storage, on a free port: no controllers, no nodes. */
export async function startAlone(open: (parts: Parts) => Storage | Promise<Storage> = memoryStorage, options: Partial<NetworkOptions> = {}) {
  const authority = await issueAuthority('ca', validity)
  const server = await issueCertificate({ name: 'server', authority: 'ca', commonName: 'server', usages: ['server'], ipAddresses: ['127.0.0.1'] }, authority, validity)
  const admin = await issueCertificate({ name: 'admin', authority: 'ca', commonName: 'admin', organizations: ['system:masters'], usages: ['client'] }, authority, validity)
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } })
  const signingKey = await readSigningKey(privateKey, publicKey)
  const issuer = 'https://kubernetes.default.svc.cluster.local'
  const parts = { clock: systemClock, random: systemRandom, log: silentLog }
  const storage = await open(parts)
  const api = await createApiServer({
    ...parts, storage, resources, services: { cidrs: ['10.43.0.0/16'], nodePorts: { first: 30_000, last: 32_767 } },
    tokens: reader => createServiceAccountTokens({ issuer, audiences: [issuer], signingKey, reader, clock: systemClock, random: systemRandom }),
  })
  const http = await listen(api, {
    tls: { cert: server.certificate, key: server.key, clientCa: authority.certificate }, advertised: { address: '192.0.2.1' },
    authenticators: [certificateAuthenticator, adminToken, api.server.tokens!], ...options,
  })
  return {
    port: http.port, admin, authority,
    async stop() {
      await http.close(1_000)
      await api.close()
      await storage.close()
    },
  }
}
