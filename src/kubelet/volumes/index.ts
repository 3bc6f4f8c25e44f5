import type { Volume } from '../../api/core/pod/volumes.ts'
import { configMapVolume } from './config-map.ts'
import { downwardAPIVolume } from './downward-api.ts'
import { emptyDir } from './empty-dir.ts'
import { hostPath } from './host-path.ts'
import { projectedVolume } from './projected.ts'
import { secretVolume } from './secret.ts'
import type { VolumePlugin } from './volume.ts'

/** Every type of volume that this kubelet mounts. One new type = one new file + one line here. */
export const volumePlugins: readonly VolumePlugin[] = [emptyDir, hostPath, configMapVolume, secretVolume, downwardAPIVolume, projectedVolume]

/** The plugin for a volume; throws a sentence that names the type when there is none. */
export function pluginFor(volume: Volume): VolumePlugin {
  const field = Object.entries(volume).find(([name, source]) => name !== 'name' && source !== undefined)?.[0]
  const plugin = volumePlugins.find(each => each.field === field)
  if (!plugin) throw new Error(`this kubelet does not support volumes of type ${field ?? 'none'}`)
  return plugin
}
