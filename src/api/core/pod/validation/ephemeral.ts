import type { Cause } from '../../../../machinery/status.ts'
import { duplicate, forbidden, notFound, sameJson } from '../../../validation.ts'
import type { Container, EphemeralContainer } from '../container.ts'
import type { Pod } from '../schema.ts'
import { validateContainer, validateImage, type PodFacts } from './containers.ts'

const NOT_FOR_DEBUGGING = ['ports', 'resources', 'resizePolicy', 'restartPolicy', 'restartPolicyRules', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle'] as const
/** Resources are always there; the rest is set when it is there at all. */
const isSet = (name: string, value: unknown): boolean => value !== undefined && (name !== 'resources' || Object.keys(value as object).length > 0)

/** Containers that are added to a running pod to look into it. */
export function validateEphemeralContainers(pod: PodFacts, field: string): Cause[] {
  const { spec } = pod
  const others = new Set([...spec.containers ?? [], ...spec.initContainers ?? []].map(({ name }) => name))
  const names = new Set(others)
  return (spec.ephemeralContainers ?? []).flatMap((container, index) => {
    const path = `${field}[${index}]`
    const causes = [...validateContainer(container as Container, pod, path), ...validateImage(container as Container, path)]
    if (names.has(container.name)) causes.push(duplicate(`${path}.name`, container.name))
    names.add(container.name)
    if (container.targetContainerName && !others.has(container.targetContainerName)) causes.push(notFound(`${path}.targetContainerName`, container.targetContainerName))
    return [...causes, ...validateFields(container, path)]
  })
}

function validateFields(container: EphemeralContainer, field: string): Cause[] {
  const why = 'cannot be set for an Ephemeral Container'
  const causes = NOT_FOR_DEBUGGING.filter(name => isSet(name, container[name])).map(name => forbidden(`${field}.${name}`, why))
  for (const [index, { subPath, subPathExpr }] of (container.volumeMounts ?? []).entries()) {
    if (subPath) causes.push(forbidden(`${field}.volumeMounts[${index}].subPath`, why))
    if (subPathExpr) causes.push(forbidden(`${field}.volumeMounts[${index}].subPathExpr`, why))
  }
  return causes
}

/** What the subresource `ephemeralcontainers` may change: it adds, and leaves what is there. */
export function validateEphemeralUpdate(pod: Pod, old: Pod): Cause[] {
  const field = 'spec.ephemeralContainers'
  const next = pod.spec.ephemeralContainers ?? []
  const { spec } = pod
  const causes = validateEphemeralContainers({ spec, volumes: spec.volumes ?? [], claimNames: new Set((spec.resourceClaims ?? []).map(({ name }) => name)) }, field)
  for (const before of old.spec.ephemeralContainers ?? []) {
    const after = next.find(({ name }) => name === before.name)
    if (!after) causes.push(forbidden(field, `existing ephemeral containers ${JSON.stringify(before.name)} may not be removed\n`))
    else if (!sameJson(after, before)) causes.push(forbidden(field, `existing ephemeral containers ${JSON.stringify(before.name)} may not be changed`))
  }
  return causes
}
