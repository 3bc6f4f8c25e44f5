import { directoryOf } from '../names.ts'
import type { FileInfo } from '../../host/files.ts'
import type { VolumePlugin } from './volume.ts'

/** What each type must find, and how a miss is worded. */
const WANTED: Readonly<Record<string, { kind: FileInfo['kind']; words: string }>> = {
  Directory: { kind: 'directory', words: 'directory' }, DirectoryOrCreate: { kind: 'directory', words: 'directory' },
  File: { kind: 'file', words: 'file' }, FileOrCreate: { kind: 'file', words: 'file' }, Socket: { kind: 'socket', words: 'socket file' },
  CharDevice: { kind: 'character', words: 'character device' }, BlockDevice: { kind: 'block', words: 'block device' },
}

/** A path of the node itself. */
export const hostPath: VolumePlugin = {
  field: 'hostPath', directoryName: 'kubernetes.io~host-path', ownership: false,

  async setUp({ hostPath: source }, { host: { files } }) {
    const { path, type = '' } = source!
    if (type === '') return path
    const wanted = WANTED[type]
    if (!wanted) throw new Error(`${type} is an invalid volume type`)
    if (!(await files.exists(path))) {
      if (type === 'DirectoryOrCreate') await files.makeDirectory(path, 0o755)
      if (type === 'FileOrCreate') {
        if (!(await files.exists(directoryOf(path)))) throw new Error(`open ${path}: no such file or directory`)
        await files.write(path, '', { mode: 0o644 })
      }
    }
    const found = await files.stat(path, { follow: true })
    if (found?.kind !== wanted.kind) throw new Error(`hostPath type check failed: ${path} is not a ${wanted.words}`)
    return path
  },
}
