import type { SecretProjection } from '../../api/core/pod/volumes.ts'
import { Secrets } from '../../api/core/secret.ts'
import { filesOf } from './support/keys.ts'
import type { VolumeContext, VolumeFile, VolumePlugin } from './volume.ts'

/** The files of a Secret, alone or as a part of a projected volume. */
export async function secretFiles(
  { name = '', items, optional = false }: Pick<SecretProjection, 'items' | 'optional'> & { name?: string | undefined }, mode: number, { pod, objects }: VolumeContext,
): Promise<Map<string, VolumeFile>> {
  const secret = await objects.read(Secrets, { namespace: pod.metadata.namespace, name })
  if (!secret && !optional) throw new Error(`secret "${name}" not found`)
  const data = new Map(Object.entries(secret?.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')]))
  return filesOf(data, items, mode, optional)
}

/** A Secret's keys as files, in memory. */
export const secretVolume: VolumePlugin = {
  field: 'secret', directoryName: 'kubernetes.io~secret', inMemory: true, ownership: true, readOnly: true,
  content: async ({ secret: source }, context) =>
    ({ files: await secretFiles({ name: source!.secretName, items: source!.items, optional: source!.optional }, source!.defaultMode ?? 0o644, context) }),
}
