/** One setting of the controllers: its default and what it is for. The flag is the key in kebab-case. */
export interface Setting<T> {
  readonly default: T
  readonly help: string
}

const settings = {
  nodeMonitorGraceMs: { default: 50_000, help: 'how long a node may be silent before it counts as unknown' },
  nodeStartupGraceMs: { default: 60_000, help: 'the same for a node that has just started' },
  nodeEvictionRate: { default: 0.1, help: 'nodes per second from which pods are evicted when nodes fail' },
  podGcIntervalMs: { default: 20_000, help: 'how often pods that nobody needs are looked for while there are any' },
  terminatedPodThreshold: { default: 12_500, help: 'how many finished pods may exist before the oldest are removed; 0: any number' },
  rootCa: { default: '', help: 'the certificate authority of the API server (PEM), published as kube-root-ca.crt' },
  signingCert: { default: '', help: 'the certificate (PEM) that certificate signing requests are signed with' },
  signingKey: { default: '', help: 'its key (PEM)' },
  signingDurationMs: { default: 365 * 24 * 3600_000, help: 'how long signed certificates are valid' },
} satisfies Record<string, Setting<unknown>>

/** Every setting of the controllers. */
export const controllerSettings: Readonly<Record<keyof typeof settings, Setting<unknown>>> = settings

export type ControllerSettings = { readonly [Name in keyof typeof settings]: (typeof settings)[Name]['default'] }

/** The settings with what was not stated filled in. */
export const completeSettings = (stated: Partial<ControllerSettings> = {}): ControllerSettings =>
  ({ ...Object.fromEntries(Object.entries(settings).map(([name, setting]) => [name, setting.default])), ...stated }) as ControllerSettings
