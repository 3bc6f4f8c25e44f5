/** Labels of nodes that have got another name. */
const RENAMED: Readonly<Record<string, readonly [since: string, instead: string]>> = {
  'beta.kubernetes.io/arch': ['v1.14', 'kubernetes.io/arch'],
  'beta.kubernetes.io/os': ['v1.14', 'kubernetes.io/os'],
  'failure-domain.beta.kubernetes.io/region': ['v1.17', 'topology.kubernetes.io/region'],
  'failure-domain.beta.kubernetes.io/zone': ['v1.17', 'topology.kubernetes.io/zone'],
  'beta.kubernetes.io/instance-type': ['v1.17', 'node.kubernetes.io/instance-type'],
}

/** The warning about a node label that is named by its old name, in a list of at most one. */
export function deprecatedNodeLabel(label: string, field: string): string[] {
  if (!Object.hasOwn(RENAMED, label)) return []
  const [since, instead] = RENAMED[label]!
  return [`${field}: deprecated since ${since}; use "${instead}" instead`]
}
