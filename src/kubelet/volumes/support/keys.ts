import type { KeyToPath } from '../../../api/core/pod/volumes.ts'
import type { VolumeFile } from '../volume.ts'

/** The files that a ConfigMap's or Secret's keys become: all of them, or those that `items` names. */
export function filesOf(
  data: ReadonlyMap<string, Uint8Array>, items: readonly KeyToPath[] | null | undefined, mode: number, optional: boolean,
): Map<string, VolumeFile> {
  if (!items?.length) return new Map([...data].map(([key, content]) => [key, { content, mode }]))
  const files = new Map<string, VolumeFile>()
  for (const { key, path, mode: own } of items) {
    const content = data.get(key)
    if (content) files.set(path, { content, mode: own ?? mode })
    else if (!optional) throw new Error(`references non-existent config key: ${key}`)
  }
  return files
}
