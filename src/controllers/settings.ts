/** One setting of the controllers: its default and what it is for. The flag is the key in kebab-case. */
export interface Setting<T> {
  readonly default: T
  readonly help: string
}

/** Signs a certificate signing request (PEM) that was approved; what is not the request's own is said here. Answers the certificate (PEM). */
export type SignRequest = (request: string, terms: { readonly usages: readonly string[]; readonly notBefore: number; readonly notAfter: number }) => Promise<string>

/** What a certificate signing request asks for. */
export interface RequestedIdentity {
  readonly commonName: string
  readonly organizations: readonly string[]
  readonly dnsNames: readonly string[]
  readonly ipAddresses: readonly string[]
  readonly emailAddresses: readonly string[]
  readonly uris: readonly string[]
}

const settings = {
  nodeMonitorGraceMs: { default: 50_000, help: 'how long a node may be silent before it counts as unknown' },
  nodeStartupGraceMs: { default: 60_000, help: 'the same for a node that has just started' },
  nodeEvictionRate: { default: 0.1, help: 'nodes per second from which pods are evicted when nodes fail' },
  podGcIntervalMs: { default: 20_000, help: 'how often pods that nobody needs are looked for while there are any' },
  terminatedPodThreshold: { default: 12_500, help: 'how many finished pods may exist before the oldest are removed; 0: any number' },
  rootCa: { default: '', help: 'the certificate authority of the API server (PEM), published as kube-root-ca.crt' },
  signingDurationMs: { default: 365 * 24 * 3600_000, help: 'how long signed certificates are valid' },
  clusterCidr: { default: '', help: 'the addresses of all pods, of which every node gets a part; empty: nodes get none' },
  nodeCidrMaskSize: { default: 24, help: 'how long the prefix of a node\'s part is' },
  signRequest: { default: undefined as SignRequest | undefined, help: 'signs with the authority of the cluster; without it nothing is signed' },
  readRequest: { default: undefined as ((request: string) => Promise<RequestedIdentity>) | undefined, help: 'reads a certificate signing request (PEM)' },
  signAccountToken: {
    default: undefined as ((account: { readonly namespace: string; readonly name: string; readonly uid: string }, secret: string) => Promise<string>) | undefined,
    help: 'makes the token of a service account that is kept in a secret; without it such secrets stay empty',
  },
  removeHostPath: { default: undefined as ((path: string) => Promise<void>) | undefined, help: 'removes a directory of the host with everything in it; without it no data of volumes is deleted' },
} satisfies Record<string, Setting<unknown>>

/** Every setting of the controllers. */
export const controllerSettings: Readonly<Record<keyof typeof settings, Setting<unknown>>> = settings

export type ControllerSettings = { readonly [Name in keyof typeof settings]: (typeof settings)[Name]['default'] }

/** The settings with what was not stated filled in. */
export const completeSettings = (stated: Partial<ControllerSettings> = {}): ControllerSettings =>
  ({ ...Object.fromEntries(Object.entries(settings).map(([name, setting]) => [name, setting.default])), ...stated }) as ControllerSettings
