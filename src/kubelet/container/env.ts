import type { ConfigMap } from '../../api/core/config-map.ts'
import type { Container, EnvFromSource, EnvVar, EphemeralContainer } from '../../api/core/pod/container.ts'
import type { Pod } from '../../api/core/pod/pod.ts'
import type { Secret } from '../../api/core/secret.ts'
import { ContainerConfigError } from './config-error.ts'
import { expand, lookupIn } from './expansion.ts'
import { fieldValue, resourceFieldValue, type PodFacts } from './field-ref.ts'

/** Where a container's environment comes from. Objects that do not exist are `undefined`. */
export interface EnvSources {
  readonly facts: PodFacts
  readonly services: ReadonlyMap<string, string>
  configMap(name: string): Promise<ConfigMap | undefined>
  secret(name: string): Promise<Secret | undefined>
  /** Keys of `envFrom` that are no variable names. */
  onInvalidKeys?(message: string): void
}

const isVariableName = (name: string): boolean => name !== '' && !/[^\x20-\x7e]|=/.test(name)
const decode = (base64: string): string => Buffer.from(base64, 'base64').toString()

/** The environment of a container in the order in which it was made; later values win, `$(NAME)` sees what came before. */
export async function makeEnvironment(pod: Pod, container: Container | EphemeralContainer, sources: EnvSources): Promise<{ name: string; value: string }[]> {
  const result = new Map<string, string>()
  for (const source of container.envFrom ?? []) for (const [name, value] of await readEnvFrom(pod, source, sources)) result.set(name, value)
  const declared = new Map<string, string>()
  for (const variable of container.env ?? []) {
    const value = variable.valueFrom
      ? await readValueFrom(pod, container, variable, sources)
      : expand(variable.value ?? '', lookupIn(declared, result, sources.services))
    if (value === undefined) continue
    declared.set(variable.name, value)
    result.set(variable.name, value)
  }
  // Service variables are the weakest: a name that the container states itself stays as it is.
  for (const [name, value] of sources.services) if (!result.has(name)) result.set(name, value)
  return [...result].map(([name, value]) => ({ name, value }))
}

async function readEnvFrom(pod: Pod, { prefix = '', configMapRef, secretRef }: EnvFromSource, sources: EnvSources): Promise<[string, string][]> {
  const ref = configMapRef ?? secretRef
  if (!ref) return []
  const kind = configMapRef ? 'configmap' : 'secret'
  const name = ref.name ?? ''
  const object = configMapRef ? await sources.configMap(name) : await sources.secret(name)
  if (!object) {
    if (ref.optional) return []
    throw new ContainerConfigError(`${kind} "${name}" not found`)
  }
  const decoded = Object.entries(object.data ?? {}).map(([key, value]): [string, string] => [`${prefix}${key}`, configMapRef ? value : decode(value)])
  const invalid = decoded.map(([key]) => key).filter(key => !isVariableName(key)).sort()
  if (invalid.length) {
    const where = `${configMapRef ? 'ConfigMap' : 'Secret'} ${pod.metadata.namespace}/${name}`
    sources.onInvalidKeys?.(`Keys [${invalid.join(', ')}] from the EnvFrom ${where} were skipped since they are considered invalid environment variable names.`)
  }
  return decoded.filter(([key]) => isVariableName(key))
}

async function readValueFrom(pod: Pod, container: Container | EphemeralContainer, { valueFrom }: EnvVar, sources: EnvSources): Promise<string | undefined> {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = valueFrom!
  if (fieldRef) return fieldValue(pod, fieldRef.fieldPath, sources.facts)
  if (resourceFieldRef) {
    const named = resourceFieldRef.containerName
    const target = named ? [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find(({ name }) => name === named) : (container as Container)
    if (!target) throw new ContainerConfigError(`container ${named} not found`)
    return resourceFieldValue(target, resourceFieldRef, sources.facts)
  }
  if (configMapKeyRef) {
    const configMap = await sources.configMap(configMapKeyRef.name ?? '')
    return readKey('configmap', configMapKeyRef, pod, configMap?.data, configMap)
  }
  if (secretKeyRef) {
    const secret = await sources.secret(secretKeyRef.name ?? '')
    const value = readKey('secret', secretKeyRef, pod, secret?.data, secret)
    return value === undefined ? undefined : decode(value)
  }
  if (fileKeyRef) throw new ContainerConfigError('env.valueFrom.fileKeyRef is not supported by this kubelet')
  throw new ContainerConfigError('env.valueFrom names no source')
}

interface KeyRef {
  name?: string | undefined
  key: string
  optional?: boolean | undefined
}

function readKey(kind: 'configmap' | 'secret', ref: KeyRef, pod: Pod, data: Readonly<Record<string, string>> | null | undefined, object: unknown): string | undefined {
  const value = data?.[ref.key]
  if (value !== undefined || ref.optional) return value
  if (!object) throw new ContainerConfigError(`${kind} "${ref.name}" not found`)
  throw new ContainerConfigError(`couldn't find key ${ref.key} in ${kind === 'secret' ? 'Secret' : 'ConfigMap'} ${pod.metadata.namespace}/${ref.name}`)
}
