import type { Pod } from '../api/core/pod/pod.ts'

/** Labels and annotations by which sandboxes and containers are found again after a restart; the same that upstream writes. */
export const POD_NAME_LABEL = 'io.kubernetes.pod.name'
export const POD_NAMESPACE_LABEL = 'io.kubernetes.pod.namespace'
export const POD_UID_LABEL = 'io.kubernetes.pod.uid'
export const CONTAINER_NAME_LABEL = 'io.kubernetes.container.name'
export const CONTAINER_HASH = 'io.kubernetes.container.hash'
export const CONTAINER_RESTART_COUNT = 'io.kubernetes.container.restartCount'
export const TERMINATION_MESSAGE_PATH = 'io.kubernetes.container.terminationMessagePath'
export const TERMINATION_MESSAGE_POLICY = 'io.kubernetes.container.terminationMessagePolicy'
export const TERMINATION_GRACE_PERIOD = 'io.kubernetes.pod.terminationGracePeriod'
export const CONFIG_SOURCE = 'kubernetes.io/config.source'
export const CONFIG_SEEN = 'kubernetes.io/config.seen'
export const CONFIG_HASH = 'kubernetes.io/config.hash'
export const CONFIG_MIRROR = 'kubernetes.io/config.mirror'

/** A pod as the kubelet's messages name it: `web_default(2b0a…)`. */
export const formatPod = ({ metadata }: Pod): string => `${metadata.name}_${metadata.namespace}(${metadata.uid})`

/** Name of the directory that holds a pod's logs. */
export const podLogDirectoryName = ({ metadata }: Pod): string => `${metadata.namespace}_${metadata.name}_${metadata.uid}`

/** A container's log file below its pod's log directory. */
export const containerLogPath = (container: string, attempt: number): string => `${container}/${attempt}.log`

/** The uid under which a pod runs: a mirror pod stands for the static pod whose hash it carries. */
export const runtimeUid = ({ metadata }: Pod): string => metadata.annotations?.[CONFIG_MIRROR] ?? metadata.uid

export const isMirrorPod = ({ metadata }: Pod): boolean => metadata.annotations?.[CONFIG_MIRROR] !== undefined

export const isStaticPod = ({ metadata }: Pod): boolean => (metadata.annotations?.[CONFIG_SOURCE] ?? 'api') !== 'api'

/** What the `metadata.name` part of a path may be, so that an object's name never climbs out of its directory. */
export const join = (...parts: readonly string[]): string => parts.join('/').replace(/\/{2,}/g, '/')

export const directoryOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('/'), 0)) || '/'
export const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
