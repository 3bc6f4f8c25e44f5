import type { Cause } from '../../../../machinery/status.ts'
import type { ObjectMeta } from '../../../meta/object-meta.ts'
import { forbidden, invalid } from '../../../validation.ts'
import type { PodSpec } from '../pod-spec.ts'
import type { Toleration } from '../scheduling.ts'
import { validateTolerations } from './scheduling.ts'

const MIRROR = 'kubernetes.io/config.mirror'
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost'
const TOLERATIONS = 'scheduler.alpha.kubernetes.io/tolerations'
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod'
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/'
const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/'

/** Annotations that mean something to the cluster. */
export function validatePodAnnotations({ annotations = {} }: Pick<ObjectMeta, 'annotations'>, spec: PodSpec): Cause[] {
  const causes: Cause[] = []
  if (MIRROR in annotations && !spec.nodeName) causes.push(invalid(`metadata.annotations[${MIRROR}]`, annotations[MIRROR], 'must set spec.nodeName if mirror pod annotation is set'))
  if (MIRROR in annotations && spec.resourceClaims?.length) causes.push(forbidden('[]', 'static pods do not support resource claims'))
  if (annotations[TOLERATIONS]) causes.push(...validateOldTolerations(annotations[TOLERATIONS]))
  const cost = annotations[DELETION_COST]
  if (cost !== undefined && !(/^(?:0|-?[1-9]\d*)$/.test(cost) && Math.abs(Number(cost)) <= 2 ** 31 && Number(cost) < 2 ** 31)) {
    causes.push(invalid(`metadata.annotations[${DELETION_COST}]`, cost, 'must be a 32bit integer'))
  }
  for (const [key, profile] of Object.entries(annotations)) {
    if (key === SECCOMP_POD || key.startsWith(SECCOMP_CONTAINER)) causes.push(...validateSeccomp(`metadata.annotations.${key}`, profile))
    if (key.startsWith(APPARMOR)) causes.push(...validateAppArmor(key, profile, spec))
  }
  return causes
}

/** The annotations of before the fields, where both are there, must say the same. */
export function validateProfileAgreement({ annotations = {} }: Pick<ObjectMeta, 'annotations'>, spec: PodSpec): Cause[] {
  const causes: Cause[] = []
  if (annotations[SECCOMP_POD] !== undefined) causes.push(...agreement(annotations[SECCOMP_POD], spec.securityContext?.seccompProfile, 'spec.securityContext.seccompProfile', 'seccomp'))
  for (const [list, containers] of [['initContainers', spec.initContainers], ['containers', spec.containers]] as const) {
    for (const [index, { name, securityContext }] of (containers ?? []).entries()) {
      const field = `spec.${list}[${index}].securityContext`
      const [seccomp, apparmor] = [annotations[SECCOMP_CONTAINER + name], annotations[APPARMOR + name]]
      if (seccomp !== undefined) causes.push(...agreement(seccomp, securityContext?.seccompProfile, `${field}.seccompProfile`, 'seccomp'))
      if (apparmor !== undefined) causes.push(...agreement(apparmor, securityContext?.appArmorProfile, `${field}.appArmorProfile`, 'apparmor'))
    }
  }
  return causes
}

function agreement(annotation: string, profile: { type: string; localhostProfile?: string | undefined } | undefined, field: string, what: string): Cause[] {
  if (!profile) return []
  const type = annotation === 'unconfined' ? 'Unconfined' : annotation.startsWith('localhost/') ? 'Localhost' : annotation === 'runtime/default' || annotation === 'docker/default' ? 'RuntimeDefault' : undefined
  if (type === undefined) return []
  if (type !== profile.type) return [forbidden(`${field}.type`, `${what} type in annotation and field must match`)]
  return type === 'Localhost' && annotation.slice('localhost/'.length) !== profile.localhostProfile ? [forbidden(`${field}.localhostProfile`, `${what} profile in annotation and field must match`)] : []
}

function validateOldTolerations(text: string): Cause[] {
  let tolerations: unknown
  try {
    tolerations = JSON.parse(text)
  } catch {
    return [invalid('metadata.annotations', TOLERATIONS, 'unexpected end of JSON input')]
  }
  return Array.isArray(tolerations) ? validateTolerations(tolerations as Toleration[], `metadata.annotations.${TOLERATIONS}`) : []
}

function validateSeccomp(field: string, profile: string): Cause[] {
  if (['runtime/default', 'docker/default', 'unconfined'].includes(profile)) return []
  if (!profile.startsWith('localhost/')) return [invalid(field, profile, 'must be a valid seccomp profile')]
  const path = profile.slice('localhost/'.length)
  if (path.startsWith('/')) return [invalid(field, path, 'must be a relative path')]
  return path.split('/').includes('..') ? [invalid(field, path, "must not contain '..'")] : []
}

function validateAppArmor(key: string, profile: string, { containers, initContainers, ephemeralContainers }: PodSpec): Cause[] {
  const name = key.slice(APPARMOR.length)
  const field = `metadata.annotations[${key}]`
  if (![...containers ?? [], ...initContainers ?? [], ...ephemeralContainers ?? []].some(container => container.name === name)) return [invalid(field, name, 'container not found')]
  const known = profile === '' || profile === 'runtime/default' || profile === 'unconfined' || profile.startsWith('localhost/')
  return known ? [] : [invalid(field, profile, `invalid AppArmor profile name: ${JSON.stringify(profile)}`)]
}
