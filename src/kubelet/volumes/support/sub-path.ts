import type { Files } from '../../../host/files.ts'

const outside = (path: string): Error => new Error(`subpath "${path}" not within volume path`)

/**
 * The real path of a `subPath` of a volume. Directories that are missing are made, with the volume's own mode. Symbolic links that the pod
 * has put into its volume are followed only as long as they stay inside.
 */
export async function resolveSubPath(files: Files, volume: string, subPath: string): Promise<string> {
  if (subPath.startsWith('/') || subPath.split('/').includes('..')) throw outside(subPath)
  const root = await files.realPath(volume)
  const { mode } = (await files.stat(root))!
  let real = root
  for (const part of subPath.split('/').filter(each => each && each !== '.')) {
    const next = `${real}/${part}`
    if (!(await files.stat(next))) await files.makeDirectory(next, mode & 0o7777)
    real = await files.realPath(next)
    if (real !== root && !real.startsWith(`${root}/`)) throw outside(subPath)
  }
  return real
}
