import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { parseDuration } from '../machinery/schema/duration.ts'
import { badRequest } from '../machinery/status.ts'
import { addressAt, contains, overlap, parseCidr4, parseIPv4 } from './ipv4.ts'

/** One option of the cluster: its flag is the key in kebab-case, its variable `K8TS_` and the flag. */
export interface OptionSpec<T> {
  /** What stands for the value in help: `DIR`, `PORT`. */
  readonly value: string
  readonly help: string
  /** The default's text, from the options before this one. */
  readonly default: (earlier: Readonly<Record<string, string>>) => string
  /** The value that a text means, or throws a text that says what is wanted. */
  readonly parse: (text: string) => T
  readonly env?: string
  /** May be given several times; the values are joined by commas. */
  readonly repeats?: boolean
}

export interface PortRange {
  readonly first: number
  readonly last: number
}

/** Refuses a value; the flag's name is added where the option is known. */
class Unfit extends Error {}
const unfit = (wanted: string): never => { throw new Unfit(wanted) }

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
const isSubdomain = (text: string): boolean => text.length <= 253 && text.split('.').every(label => LABEL.test(label))

const port = (text: string): number =>
  /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535 ? Number(text) : unfit('a port is a number from 1 to 65535')
const cidr = (text: string): string => (parseCidr4(text) ? text : unfit('an IPv4 block looks like 10.42.0.0/16'))
const address = (text: string): string => (parseIPv4(text) !== undefined ? text : unfit('an IPv4 address looks like 10.43.0.10'))
const domain = (text: string): string => (isSubdomain(text) ? text : unfit('a name has lower-case letters, digits, dashes and dots'))
const path = (text: string): string => (text === '' ? unfit('a path is needed') : resolve(text))
const optionalPath = (text: string): string => (text === '' ? '' : resolve(text))
const optionalDuration = (text: string): string => (text === '' || parseDuration(text) !== undefined ? text : unfit('a duration looks like 5m or 30s'))
const milliseconds = (text: string): number => Number(parseDuration(text) ?? unfit('a duration looks like 5m or 30s')) / 1e6
const count = (text: string): number => (/^\d{1,12}$/.test(text) ? Number(text) : unfit('a number that is not negative is needed'))
const positive = (text: string): number => count(text) || unfit('a positive number is needed')
const bool = (text: string): boolean => oneOf('true', 'false')(text) === 'true'
const interfaceName = (text: string): string => (/^[a-z][a-z0-9._-]{0,14}$/.test(text) ? text : unfit('an interface name has at most 15 characters'))
const oneOf = <T extends string>(...values: readonly T[]) => (text: string): T => values.find(value => value === text) ?? unfit(`it is one of ${values.join(', ')}`)

function portRange(text: string): PortRange {
  const [first, last] = text.split('-').map(port)
  return first !== undefined && last !== undefined && first <= last ? { first, last } : unfit('a range of ports looks like 30000-32767')
}

/** Bridges are called after the instance, and the kernel allows an interface 15 characters. */
const instanceName = (text: string): string =>
  /^[a-z][a-z0-9-]{0,10}$/.test(text) ? text : unfit('an instance name has at most 11 lower-case letters, digits and dashes, a letter first')

/** A number from 1 to 99 that belongs to an instance name, so that a second cluster gets ports and addresses of its own; 0 for the default one. */
export function instanceNumber(instance: string): number {
  if (instance === 'k8ts') return 0
  let hash = 0
  for (const character of instance) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) >>> 0
  return 1 + (hash % 99)
}

const constant = (text: string) => (): string => text
const shiftedPort = (first: number) => ({ instance = '' }: Readonly<Record<string, string>>): string => String(first + instanceNumber(instance))
const block = (odd: number) => ({ instance = '' }: Readonly<Record<string, string>>): string => `10.${42 + odd + 2 * instanceNumber(instance)}.0.0/16`

const specs = {
  instance: { value: 'NAME', help: 'names everything this cluster makes on the machine, so that two can run beside each other', default: constant('k8ts'), parse: instanceName },
  dataDir: { value: 'DIR', help: 'where everything is kept', default: ({ instance }) => `/var/lib/${instance}`, parse: path, env: 'K8TS_DATA' },
  port: { value: 'PORT', help: "the API server's port", default: shiftedPort(6443), parse: port },
  bindAddress: { value: 'IP', help: 'the address the API server listens on', default: constant('0.0.0.0'), parse: address },
  nodeName: { value: 'NAME', help: 'what the node is called', default: () => hostname().toLowerCase(), parse: domain },
  nodeIp: { value: 'IP', help: "the node's address (empty: that of the default route)", default: constant(''), parse: text => (text === '' ? '' : address(text)) },
  clusterCidr: { value: 'CIDR', help: 'addresses of pods', default: block(0), parse: cidr },
  serviceCidr: { value: 'CIDR', help: 'addresses of services', default: block(1), parse: cidr },
  clusterDomain: { value: 'NAME', help: "the services' DNS domain", default: constant('cluster.local'), parse: domain },
  clusterDns: { value: 'IP', help: 'the address of the DNS service', default: ({ serviceCidr = '' }) => addressAt(serviceCidr, 10) ?? '', parse: address },
  nodePortRange: { value: 'FROM-TO', help: 'ports of NodePort services', default: constant('30000-32767'), parse: portRange },
  kubeletPort: { value: 'PORT', help: "the kubelet's port", default: shiftedPort(10250), parse: port },
  dnsPort: { value: 'PORT', help: "the DNS server's port on the node", default: shiftedPort(10053), parse: port },
  cniBridge: { value: 'NAME', help: "the pods' bridge", default: ({ instance }) => `${instance}-br0`, parse: interfaceName },
  containerRuntimeEndpoint: { value: 'SOCKET', help: 'a CRI endpoint to use in place of the containerd that k8ts runs itself', default: constant(''), parse: text => text },
  storage: { value: 'DRIVER', help: 'sqlite or memory', default: constant('sqlite'), parse: oneOf('sqlite', 'memory') },
  encryptionProviderConfig: { value: 'FILE', help: 'how what is stored is encrypted (apiserver.config.k8s.io/v1 EncryptionConfiguration; empty: secrets and config maps, with keys of the data folder)', default: constant(''), parse: text => (text === '' ? '' : resolve(text)) },
  encryptionProviderConfigAutomaticReload: { value: 'BOOL', help: 'read that file again when it changes', default: constant('false'), parse: text => oneOf('true', 'false')(text) === 'true' },
  serviceAccountSigningKeyFile: { value: 'FILE', help: 'the private key that signs tokens of service accounts (empty: one in the data folder, which "k8ts rotate" replaces)', default: constant(''), parse: text => (text === '' ? '' : resolve(text)) },
  serviceAccountKeyFile: { value: 'FILE', help: 'keys that tokens of service accounts are checked with; may be given several times', default: constant(''), repeats: true, parse: text => text.split(',').filter(each => each !== '').map(each => resolve(each)) },
  serviceAccountSigningEndpoint: { value: 'SOCKET', help: 'a signer outside of the server: there is none in k8ts', default: constant(''), parse: text => (text === '' ? '' : unfit('tokens are signed by the server itself: use --service-account-signing-key-file')) },
  shutdownDelayDuration: { value: 'TIME', help: 'how long the API server takes requests on after it has said at /readyz that it goes', default: constant('0s'), parse: text => milliseconds(text) },
  auditPolicyFile: { value: 'FILE', help: 'what the audit log tells (audit.k8s.io/v1 Policy; empty: who did what, at level Metadata)', default: constant(''), parse: text => (text === '' ? '' : resolve(text)) },
  auditLogPath: { value: 'FILE', help: 'where the audit log goes (-: standard output; empty: there is none)', default: constant(''), parse: text => (text === '-' ? text : optionalPath(text)) },
  auditLogFormat: { value: 'FORMAT', help: 'of the audit log: json or legacy (lines without bodies)', default: constant('json'), parse: oneOf('json', 'legacy') },
  auditLogMode: { value: 'MODE', help: 'of the audit log: blocking (requests wait when it cannot keep up), blocking-strict (each request waits until it is written down) or batch (nothing waits; what does not fit is lost and counted)', default: constant('blocking'), parse: oneOf('blocking', 'blocking-strict', 'batch') },
  auditLogMaxsize: { value: 'MB', help: 'the audit log is put aside when it is this large (0: never)', default: constant('100'), parse: text => count(text) },
  auditLogMaxbackup: { value: 'COUNT', help: 'how many audit logs that were put aside are kept (0: all)', default: constant('100'), parse: text => count(text) },
  auditLogMaxage: { value: 'DAYS', help: 'how long they are kept (0: for ever)', default: constant('366'), parse: text => count(text) },
  auditLogCompress: { value: 'BOOL', help: 'whether they are compressed', default: constant('false'), parse: text => bool(text) },
  auditLogBatchBufferSize: { value: 'COUNT', help: 'how many audit events may wait for the log in mode batch', default: constant('10000'), parse: text => positive(text) },
  auditLogBatchMaxSize: { value: 'COUNT', help: 'how many of them are written at once', default: constant('1'), parse: text => positive(text) },
  auditLogBatchMaxWait: { value: 'TIME', help: 'how long less than that waits for more', default: constant('0s'), parse: text => milliseconds(text) },
  auditLogTruncateEnabled: { value: 'BOOL', help: 'whether large audit events are logged without their bodies', default: constant('false'), parse: text => bool(text) },
  auditLogTruncateMaxEventSize: { value: 'BYTES', help: 'how large is large', default: constant('102400'), parse: text => positive(text) },
  auditWebhookConfigFile: { value: 'FILE', help: 'kubeconfig of a service that audit events go to (empty: none)', default: constant(''), parse: optionalPath },
  auditWebhookMode: { value: 'MODE', help: 'of that service: batch, blocking or blocking-strict', default: constant('batch'), parse: oneOf('batch', 'blocking', 'blocking-strict') },
  auditWebhookInitialBackoff: { value: 'TIME', help: 'how long it is left alone after a failure', default: constant('10s'), parse: text => milliseconds(text) },
  auditWebhookBatchBufferSize: { value: 'COUNT', help: 'how many audit events may wait for it in mode batch', default: constant('10000'), parse: text => positive(text) },
  auditWebhookBatchMaxSize: { value: 'COUNT', help: 'how many of them are sent at once', default: constant('400'), parse: text => positive(text) },
  auditWebhookBatchMaxWait: { value: 'TIME', help: 'how long less than that waits for more', default: constant('30s'), parse: text => milliseconds(text) },
  auditWebhookBatchThrottleEnable: { value: 'BOOL', help: 'whether batches are kept from going out too fast', default: constant('true'), parse: text => bool(text) },
  auditWebhookBatchThrottleQps: { value: 'COUNT', help: 'how many batches go out in a second', default: constant('10'), parse: text => positive(text) },
  auditWebhookBatchThrottleBurst: { value: 'COUNT', help: 'how many at once after a pause', default: constant('15'), parse: text => positive(text) },
  auditWebhookTruncateEnabled: { value: 'BOOL', help: 'whether large audit events are sent without their bodies', default: constant('false'), parse: text => bool(text) },
  auditWebhookTruncateMaxEventSize: { value: 'BYTES', help: 'how large is large', default: constant('102400'), parse: text => positive(text) },
  anonymousAuth: { value: 'WHERE', help: 'requests without credentials: true (as RBAC allows: health and version), health (only there) or false', default: constant('true'), parse: oneOf('true', 'health', 'false') },
  oidcIssuerUrl: { value: 'URL', help: 'an OpenID Connect provider whose tokens are taken (empty: none)', default: constant(''), parse: text => (text === '' || text.startsWith('https://') ? text : unfit('an issuer is an https:// address')) },
  oidcClientId: { value: 'ID', help: "whom the provider's tokens must be for", default: constant(''), parse: text => text },
  oidcUsernameClaim: { value: 'CLAIM', help: 'what of a token is the user name', default: constant('sub'), parse: text => text },
  oidcUsernamePrefix: { value: 'PREFIX', help: 'what user names start with (empty: the issuer and #; -: nothing)', default: constant(''), parse: text => text },
  oidcGroupsClaim: { value: 'CLAIM', help: 'what of a token are the groups (empty: none)', default: constant(''), parse: text => text },
  oidcGroupsPrefix: { value: 'PREFIX', help: 'what group names start with', default: constant(''), parse: text => text },
  oidcRequiredClaim: { value: 'CLAIM=VALUE', help: "what the provider's tokens must say, separated by commas", default: constant(''), parse: text => text.split(',').filter(pair => pair !== '').map(pair => (/^[^=]+=/.test(pair) ? pair : unfit('a required claim looks like name=value'))) },
  oidcCaFile: { value: 'FILE', help: "the authority of the provider's certificate (empty: the system's)", default: constant(''), parse: optionalPath },
  oidcSigningAlgs: { value: 'NAMES', help: "algorithms of the provider's signatures", default: constant('RS256'), parse: text => text.split(',').map(oneOf('RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512')) },
  authenticationConfig: { value: 'FILE', help: 'AuthenticationConfiguration: issuers of tokens, and where nobody needs credentials; followed while the server runs', default: constant(''), parse: optionalPath },
  authenticationTokenWebhookConfigFile: { value: 'FILE', help: 'kubeconfig of a service that says whose a token is', default: constant(''), parse: optionalPath },
  authenticationTokenWebhookVersion: { value: 'VERSION', help: 'of the TokenReviews that are sent', default: constant('v1beta1'), parse: oneOf('v1', 'v1beta1') },
  authenticationTokenWebhookCacheTtl: { value: 'TIME', help: 'how long what the service said is remembered', default: constant('2m'), parse: text => milliseconds(text) },
  tokenAuthFile: { value: 'FILE', help: 'users with tokens that never expire: CSV of token, name, uid and "groups"', default: constant(''), parse: text => (text === '' ? '' : resolve(text)) },
  authorizationMode: { value: 'MODES', help: 'who decides what may be done, in order: Node, RBAC, Webhook, ABAC, AlwaysAllow, AlwaysDeny (empty: Node,RBAC)', default: constant(''), parse: text => text },
  authorizationConfig: { value: 'FILE', help: 'AuthorizationConfiguration in place of --authorization-mode; followed while the server runs', default: constant(''), parse: optionalPath },
  authorizationPolicyFile: { value: 'FILE', help: 'policies of mode ABAC', default: constant(''), parse: optionalPath },
  authorizationWebhookConfigFile: { value: 'FILE', help: 'kubeconfig of the service that mode Webhook asks', default: constant(''), parse: optionalPath },
  authorizationWebhookVersion: { value: 'VERSION', help: 'of the SubjectAccessReviews that are sent: v1 or v1beta1 (empty: v1beta1, as upstream)', default: constant(''), parse: text => text },
  authorizationWebhookCacheAuthorizedTtl: { value: 'TIME', help: 'how long what the service allowed is remembered (empty: 5m)', default: constant(''), parse: optionalDuration },
  authorizationWebhookCacheUnauthorizedTtl: { value: 'TIME', help: 'how long what it did not allow is remembered (empty: 30s)', default: constant(''), parse: optionalDuration },
  enableAdmissionPlugins: { value: 'NAMES', help: 'admission plugins to run besides the default ones', default: constant(''), parse: text => text.split(',').filter(name => name !== '') },
  disableAdmissionPlugins: { value: 'NAMES', help: 'default admission plugins to leave out', default: constant(''), parse: text => text.split(',').filter(name => name !== '') },
  tracingConfigFile: { value: 'FILE', help: 'where traces of requests go, and of how many (apiserver.config.k8s.io/v1 TracingConfiguration; empty: there are none)', default: constant(''), parse: text => (text === '' ? '' : resolve(text)) },
  logLevel: { value: 'LEVEL', help: 'debug, info, warn or error', default: constant('info'), parse: oneOf('debug', 'info', 'warn', 'error') },
} satisfies Record<string, OptionSpec<unknown>>

/** Every option of a cluster, in the order in which defaults build on each other. */
export const optionSpecs: Readonly<Record<keyof typeof specs, OptionSpec<unknown>>> = specs
export type OptionName = keyof typeof specs

/** What a cluster was asked to be. */
export type ClusterOptions = { readonly [Name in OptionName]: ReturnType<(typeof specs)[Name]['parse']> }

export const flagOf = (name: string): string => name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
export const variableOf = (name: string): string =>
  (specs as Record<string, OptionSpec<unknown>>)[name]?.env ?? `K8TS_${flagOf(name).toUpperCase().replaceAll('-', '_')}`

function parseOption(name: string, spec: OptionSpec<unknown>, text: string, source: string): unknown {
  try {
    return spec.parse(text)
  } catch (error) {
    if (error instanceof Unfit) throw badRequest(`${source} "${text}" does not fit: ${error.message}`)
    throw error
  }
}

/** The options that these flags and this environment mean together; flags win. Throws a sentence when one does not fit. */
export function readOptions(flags: Readonly<Record<string, string | undefined>> = {}, env: Readonly<Record<string, string | undefined>> = {}): ClusterOptions {
  const texts: Record<string, string> = {}
  const values: Record<string, unknown> = {}
  for (const [name, spec] of Object.entries<OptionSpec<unknown>>(specs)) {
    const flag = flags[name]
    const variable = variableOf(name)
    const text = flag ?? env[variable] ?? spec.default(texts)
    texts[name] = text
    values[name] = parseOption(name, spec, text, flag === undefined && env[variable] !== undefined ? variable : `--${flagOf(name)}`)
  }
  const options = values as ClusterOptions
  checkTogether(options)
  return options
}

function checkTogether({ clusterCidr, serviceCidr, clusterDns, nodePortRange, port: apiPort, kubeletPort }: ClusterOptions): void {
  const [pods, services] = [parseCidr4(clusterCidr), parseCidr4(serviceCidr)]
  if (pods && services && overlap(pods, services)) throw badRequest(`--cluster-cidr ${clusterCidr} and --service-cidr ${serviceCidr} overlap: give them blocks of their own`)
  if (services && services.size < 16) throw badRequest(`--service-cidr ${serviceCidr} is too small: give it at least a /28`)
  if (services && !contains(services, parseIPv4(clusterDns) ?? -1)) throw badRequest(`--cluster-dns ${clusterDns} does not lie in --service-cidr ${serviceCidr}`)
  for (const [flag, number] of [['port', apiPort], ['kubelet-port', kubeletPort]] as const) {
    if (number >= nodePortRange.first && number <= nodePortRange.last) {
      throw badRequest(`--${flag} ${number} lies in --node-port-range ${nodePortRange.first}-${nodePortRange.last}: a service could take it`)
    }
  }
}
