import type { Pod } from '../../api/core/pod/pod.ts'

/** A pod's hostname and the domain it lies in: `web-0` in `web.default.svc.cluster.local`. */
export function podHostname(pod: Pod, clusterDomain: string): { hostname: string; domain: string } {
  const { hostname, hostnameOverride, subdomain, setHostnameAsFQDN } = pod.spec
  if (hostnameOverride) return { hostname: hostnameOverride.slice(0, 64), domain: '' }
  const short = (hostname || pod.metadata.name).slice(0, 63).replace(/[-.]+$/, '')
  const domain = subdomain ? `${subdomain}.${pod.metadata.namespace}.svc.${clusterDomain}` : ''
  if (setHostnameAsFQDN && domain) {
    const full = `${short}.${domain}`
    if (full.length > 64) throw new Error(`failed to construct FQDN from Pod hostname and cluster domain, FQDN ${full} is too long (64 characters is the max, ${full.length} characters requested)`)
    return { hostname: full, domain: '' }
  }
  return { hostname: short, domain }
}

const aliasLines = (pod: Pod): string => {
  const aliases = pod.spec.hostAliases ?? []
  if (aliases.length === 0) return ''
  return ['', '# Entries added by HostAliases.', ...aliases.map(({ ip, hostnames }) => [ip, ...(hostnames ?? [])].join('\t')), ''].join('\n')
}

/** /etc/hosts of a pod with a network of its own. */
export function hostsFile(pod: Pod, podIPs: readonly string[], clusterDomain: string): string {
  const { hostname, domain } = podHostname(pod, clusterDomain)
  const own = podIPs.map(ip => (domain ? `${ip}\t${hostname}.${domain}\t${hostname}` : `${ip}\t${hostname}`))
  return [
    '# Kubernetes-managed hosts file.', '127.0.0.1\tlocalhost', '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet', 'fe00::0\tip6-mcastprefix', 'fe00::1\tip6-allnodes', 'fe00::2\tip6-allrouters', ...own, '',
  ].join('\n') + aliasLines(pod)
}

/** The node's own file with the pod's aliases, for a pod in the node's network. */
export const hostNetworkHostsFile = (pod: Pod, nodeFile: string): string =>
  `# Kubernetes-managed hosts file (host network).\n${nodeFile}${aliasLines(pod)}`
