import { configMapFiles } from './config-map.ts'
import { downwardFiles } from './downward-api.ts'
import { secretFiles } from './secret.ts'
import { tokenFile } from './support/service-account-token.ts'
import type { VolumeFile, VolumePlugin } from './volume.ts'

/** Several sources in one directory: the service account's token, its CA and its namespace, for the most part. */
export const projectedVolume: VolumePlugin = {
  field: 'projected', directoryName: 'kubernetes.io~projected', inMemory: true, ownership: true, readOnly: true,

  async content({ name, projected: source }, context) {
    const mode = source!.defaultMode ?? 0o644
    const files = new Map<string, VolumeFile>()
    const refreshes: number[] = []
    const add = (more: ReadonlyMap<string, VolumeFile>): void => { for (const [path, file] of more) files.set(path, file) }
    for (const part of source!.sources ?? []) {
      if (part.configMap) add(await configMapFiles(part.configMap, mode, context))
      else if (part.secret) add(await secretFiles(part.secret, mode, context))
      else if (part.downwardAPI) add(downwardFiles(part.downwardAPI.items, mode, context))
      else if (part.serviceAccountToken) {
        const { path, file, refreshAtMs } = await tokenFile(part.serviceAccountToken, mode, context)
        files.set(path, file)
        refreshes.push(refreshAtMs)
      } else throw new Error(`projected volume "${name}": this kubelet does not support the source ${Object.keys(part).join(', ')}`)
    }
    return { files, ...(refreshes.length && { refreshAtMs: Math.min(...refreshes) }) }
  },
}
