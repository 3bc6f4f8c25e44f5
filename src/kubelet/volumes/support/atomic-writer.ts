import type { Files } from '../../../host/files.ts'
import type { Random } from '../../../machinery/random.ts'
import { directoryOf, join } from '../../names.ts'
import type { VolumeFile } from '../volume.ts'

const DATA = '..data'
const NEW_DATA = '..data_tmp'

/**
 * Makes `directory` show exactly these files, all at once: they are written into a new directory beside the old one, and the link `..data`
 * through which they are seen is replaced in one step. Says whether anything was different. `finish` may still change owners and modes.
 */
export async function writeAtomically(
  { files, random }: { files: Files; random: Random }, directory: string, content: ReadonlyMap<string, VolumeFile>, nowMs: number,
  finish: (directory: string) => Promise<void> = async () => {},
): Promise<boolean> {
  for (const path of content.keys()) checkPath(path)
  const current = (await files.stat(`${directory}/${DATA}`)) ? await files.readLink(`${directory}/${DATA}`) : undefined
  if (current && (await sameContent(files, `${directory}/${current}`, content))) return false
  const stamp = new Date(nowMs).toISOString().replace(/[-:T]/g, '_').replace(/\..*/, '')
  const fresh = `..${stamp}.${Math.floor(random.next() * 1e9).toString().padStart(9, '0')}`
  await files.makeDirectory(`${directory}/${fresh}`, 0o755)
  for (const [path, { content: bytes, mode, uid }] of content) {
    const target = join(directory, fresh, path)
    await files.makeDirectory(directoryOf(target))
    await files.write(target, bytes, { mode })
    if (uid !== undefined) await files.changeOwner(target, uid, -1)
  }
  await finish(`${directory}/${fresh}`)
  await files.remove(`${directory}/${NEW_DATA}`)
  await files.symlink(fresh, `${directory}/${NEW_DATA}`)
  await files.rename(`${directory}/${NEW_DATA}`, `${directory}/${DATA}`)
  await linkVisibleNames(files, directory, new Set([...content.keys()].map(path => path.split('/')[0]!)))
  for (const { name } of await files.list(directory)) {
    if (name.startsWith('..') && name !== DATA && name !== fresh) await files.remove(`${directory}/${name}`)
  }
  return true
}

/** A name that the API let through must still not lead out of the volume. */
function checkPath(path: string): void {
  if (path === '' || path.startsWith('/') || path.split('/').includes('..') || path.startsWith('..')) throw new Error(`invalid path: ${path}`)
}

async function linkVisibleNames(files: Files, directory: string, names: ReadonlySet<string>): Promise<void> {
  for (const { name } of await files.list(directory)) if (!name.startsWith('..') && !names.has(name)) await files.remove(`${directory}/${name}`)
  for (const name of names) if (!(await files.stat(`${directory}/${name}`))) await files.symlink(`${DATA}/${name}`, `${directory}/${name}`)
}

async function sameContent(files: Files, directory: string, content: ReadonlyMap<string, VolumeFile>): Promise<boolean> {
  const found = await pathsBelow(files, directory)
  if (found.length !== content.size) return false
  for (const path of found) {
    const wanted = content.get(path)
    if (!wanted || Buffer.compare(await files.read(`${directory}/${path}`), wanted.content) !== 0) return false
  }
  return true
}

async function pathsBelow(files: Files, directory: string, prefix = ''): Promise<string[]> {
  if (!(await files.exists(directory))) return []
  const entries = await files.list(directory)
  return (await Promise.all(entries.map(({ name, kind }) =>
    kind === 'directory' ? pathsBelow(files, `${directory}/${name}`, `${prefix}${name}/`) : [`${prefix}${name}`]))).flat()
}
