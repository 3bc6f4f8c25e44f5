import { value } from '../../machinery/quantity.ts'
import type { VolumePlugin } from './volume.ts'

/** A directory as old as the pod: on the node's disk, or in memory. */
export const emptyDir: VolumePlugin = {
  field: 'emptyDir', directoryName: 'kubernetes.io~empty-dir', ownership: true,

  async setUp({ name, emptyDir: source }, { host, directory }) {
    const { medium = '', sizeLimit } = source!
    await host.files.makeDirectory(directory)
    if (medium === 'Memory') {
      const options = sizeLimit && value(sizeLimit) > 0 ? [`size=${value(sizeLimit)}`] : []
      if (!(await host.mounts.isMounted(directory))) await host.mounts.mount({ source: 'tmpfs', target: directory, type: 'tmpfs', options })
    } else if (medium !== '') throw new Error(`unknown storage medium "${medium}" for volume "${name}"`)
    // Set only once: the pod may change it afterwards.
    const { mode } = (await host.files.stat(directory))!
    if ((mode & 0o777) !== 0o777) await host.files.changeMode(directory, 0o777)
    return directory
  },

  tearDown: (directory, host) => host.mounts.unmountBelow(directory),
}
