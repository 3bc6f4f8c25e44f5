import type { Volume } from '../../../api/core/pod/volumes.ts'
import type { Check } from './check.ts'
import { containersOf, hasOwnUsers, isWindows, namedContainers, plural, quoted, setters, sortedSet } from './check.ts'

const VOLUME_TYPES = new Set(['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected', 'secret'])

const allowPrivilegeEscalation: Check = {
  id: 'allowPrivilegeEscalation', level: 'restricted', since: 8,
  violation(pod, minor) {
    if (isWindows(pod, minor)) return undefined
    const bad = containersOf(pod).filter(({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false).map(({ name }) => name)
    return bad.length > 0 ? { reason: 'allowPrivilegeEscalation != false', detail: `${namedContainers(bad)} must set securityContext.allowPrivilegeEscalation=false` } : undefined
  },
}

const capabilities: Check = {
  id: 'capabilities_restricted', level: 'restricted', since: 22, overrides: 'capabilities_baseline',
  violation(pod, minor) {
    if (isWindows(pod, minor)) return undefined
    const containers = containersOf(pod)
    const keeping = containers.filter(({ securityContext }) => !securityContext?.capabilities?.drop?.includes('ALL')).map(({ name }) => name)
    const addedBy = (container: (typeof containers)[number]): string[] => (container.securityContext?.capabilities?.add ?? []).filter(name => name !== 'NET_BIND_SERVICE')
    const adding = containers.filter(container => addedBy(container).length > 0)
    const details = [
      ...(keeping.length > 0 ? [`${namedContainers(keeping)} must set securityContext.capabilities.drop=["ALL"]`] : []),
      ...(adding.length > 0 ? [`${namedContainers(adding.map(({ name }) => name))} must not include ${quoted(sortedSet(adding.flatMap(addedBy)))} in securityContext.capabilities.add`] : []),
    ]
    return details.length > 0 ? { reason: 'unrestricted capabilities', detail: details.join('; ') } : undefined
  },
}

const restrictedVolumes: Check = {
  id: 'restrictedVolumes', level: 'restricted', overrides: 'hostPathVolumes',
  violation({ spec }) {
    const typeOf = (volume: Volume): string => Object.keys(volume).find(key => key !== 'name' && volume[key as keyof Volume] !== undefined) ?? 'emptyDir'
    const bad = (spec.volumes ?? []).filter(volume => !VOLUME_TYPES.has(typeOf(volume)))
    if (bad.length === 0) return undefined
    const types = sortedSet(bad.map(typeOf))
    const [volumes, use] = [plural('volume', 'volumes', bad.length), plural('uses', 'use', bad.length)]
    return { reason: 'restricted volume types', detail: `${volumes} ${quoted(bad.map(({ name }) => name))} ${use} restricted volume ${plural('type', 'types', types.length)} ${quoted(types)}` }
  },
}

const runAsNonRoot: Check = {
  id: 'runAsNonRoot', level: 'restricted',
  violation(pod, minor) {
    if (hasOwnUsers(pod, minor)) return undefined
    const own = pod.spec.securityContext?.runAsNonRoot
    const containers = containersOf(pod)
    const denying = containers.filter(({ securityContext }) => securityContext?.runAsNonRoot === false).map(({ name }) => name)
    const podIsBad = own === false
    if (podIsBad || denying.length > 0) return { reason: 'runAsNonRoot != true', detail: `${setters(podIsBad, denying)} must not set securityContext.runAsNonRoot=false` }
    const silent = own ? [] : containers.filter(({ securityContext }) => securityContext?.runAsNonRoot === undefined).map(({ name }) => name)
    return silent.length > 0 ? { reason: 'runAsNonRoot != true', detail: `pod or ${namedContainers(silent)} must set securityContext.runAsNonRoot=true` } : undefined
  },
}

const runAsUser: Check = {
  id: 'runAsUser', level: 'restricted', since: 23,
  violation(pod, minor) {
    if (hasOwnUsers(pod, minor)) return undefined
    const podIsBad = pod.spec.securityContext?.runAsUser === 0
    const containers = containersOf(pod).filter(({ securityContext }) => securityContext?.runAsUser === 0).map(({ name }) => name)
    return podIsBad || containers.length > 0 ? { reason: 'runAsUser=0', detail: `${setters(podIsBad, containers)} must not set runAsUser=0` } : undefined
  },
}

const seccompProfile: Check = {
  id: 'seccompProfile_restricted', level: 'restricted', since: 19, overrides: 'seccompProfile_baseline',
  violation(pod, minor) {
    if (isWindows(pod, minor)) return undefined
    const isGood = (type: string | undefined): boolean => type === 'RuntimeDefault' || type === 'Localhost'
    const own = pod.spec.securityContext?.seccompProfile?.type
    const containers = containersOf(pod).map(({ name, securityContext }) => ({ name, type: securityContext?.seccompProfile?.type }))
    const denying = containers.filter(({ type }) => type !== undefined && !isGood(type))
    const podIsBad = own !== undefined && !isGood(own)
    if (podIsBad || denying.length > 0) {
      const values = sortedSet([...(podIsBad ? [own] : []), ...denying.map(({ type }) => type!)])
      return { reason: 'seccompProfile', detail: `${setters(podIsBad, denying.map(({ name }) => name))} must not set securityContext.seccompProfile.type to ${quoted(values)}` }
    }
    const silent = isGood(own) ? [] : containers.filter(({ type }) => type === undefined).map(({ name }) => name)
    if (silent.length === 0) return undefined
    return { reason: 'seccompProfile', detail: `pod or ${namedContainers(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"` }
  },
}

/** What the restricted level demands on top of baseline: hardening that most programs can live with. */
export const restrictedChecks: readonly Check[] = [allowPrivilegeEscalation, capabilities, restrictedVolumes, runAsNonRoot, runAsUser, seccompProfile]
