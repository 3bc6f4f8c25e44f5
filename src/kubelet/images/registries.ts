import type { Files } from '../../host/files.ts'

/** How to reach a registry, where the usual way (https, the system's authorities) is not it. */
export interface Registry {
  /** As it stands in image names: `docker.io`, `registry.example:5000`. */
  host: string
  /** Where the registry itself is; `https://` and its name when absent. With `http://` there is no TLS. */
  server?: string
  /** Asked in this order before the registry itself: `http://mirror.example:5000`. */
  mirrors?: readonly { url: string; caFile?: string; skipVerify?: boolean }[]
}

/** containerd's hosts.toml for one registry. */
export function hostsToml({ host, server, mirrors = [] }: Registry): string {
  const text = JSON.stringify
  // containerd 1.6 looks at `server` only when there is a host section too.
  const hosts: NonNullable<Registry['mirrors']> = [...mirrors, ...(server ? [{ url: server }] : [])]
  const sections = hosts.map(({ url, caFile, skipVerify }) =>
    [`[host.${text(url)}]`, '  capabilities = ["pull", "resolve"]', ...(caFile ? [`  ca = ${text(caFile)}`] : []), ...(skipVerify ? ['  skip_verify = true'] : []), ''].join('\n'))
  return [`server = ${text(server ?? (host === 'docker.io' ? 'https://registry-1.docker.io' : `https://${host}`))}`, '', ...sections].join('\n')
}

/** Writes the ways to the registries into containerd's `config_path`; they hold from the next pull on. */
export async function writeRegistries(files: Files, directory: string, registries: readonly Registry[]): Promise<void> {
  for (const registry of registries) {
    await files.makeDirectory(`${directory}/${registry.host}`)
    await files.write(`${directory}/${registry.host}/hosts.toml`, hostsToml(registry), { atomic: true, mode: 0o644 })
  }
}
