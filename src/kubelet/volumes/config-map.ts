import { ConfigMaps, type ConfigMap } from '../../api/core/config-map.ts'
import type { ConfigMapProjection } from '../../api/core/pod/volumes.ts'
import { filesOf } from './support/keys.ts'
import { encode, type VolumeContext, type VolumeFile, type VolumePlugin } from './volume.ts'

const bytesOf = (configMap: ConfigMap | undefined): Map<string, Uint8Array> => new Map([
  ...Object.entries(configMap?.data ?? {}).map(([key, value]): [string, Uint8Array] => [key, encode(value)]),
  ...Object.entries(configMap?.binaryData ?? {}).map(([key, value]): [string, Uint8Array] => [key, Buffer.from(value, 'base64')]),
])

/** The files of a ConfigMap, alone or as a part of a projected volume. */
export async function configMapFiles(
  { name = '', items, optional = false }: Pick<ConfigMapProjection, 'items' | 'optional'> & { name?: string | undefined }, mode: number, { pod, objects }: VolumeContext,
): Promise<Map<string, VolumeFile>> {
  const configMap = await objects.read(ConfigMaps, { namespace: pod.metadata.namespace, name })
  if (!configMap && !optional) throw new Error(`configmap "${name}" not found`)
  return filesOf(bytesOf(configMap), items, mode, optional)
}

/** A ConfigMap's keys as files. */
export const configMapVolume: VolumePlugin = {
  field: 'configMap', directoryName: 'kubernetes.io~configmap', ownership: true, readOnly: true,
  content: async ({ configMap: source }, context) => ({ files: await configMapFiles(source!, source!.defaultMode ?? 0o644, context) }),
}
