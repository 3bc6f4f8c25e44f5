import type { FileInfo, Files } from '../../../host/files.ts'

const READ_WRITE = 0o660
const READ_ONLY = 0o440
const ENTER = 0o110
const SET_GROUP_ID = 0o2000

const wantedBits = (kind: FileInfo['kind'], readOnly: boolean): number => {
  const bits = readOnly ? READ_ONLY : READ_WRITE
  return kind === 'directory' ? bits | ENTER | SET_GROUP_ID : bits
}

/** Gives a volume to the pod's group: owner, read and write permission, and new files inherit the group. */
export async function giveToGroup(files: Files, root: string, group: number, options: { readOnly: boolean; onRootMismatch: boolean }): Promise<void> {
  const info = await files.stat(root)
  if (!info) return
  const wanted = wantedBits(info.kind, options.readOnly)
  if (options.onRootMismatch && info.gid === group && (info.mode & wanted) === wanted) return
  await give(files, root, info, group, options.readOnly)
}

async function give(files: Files, path: string, info: FileInfo, group: number, readOnly: boolean): Promise<void> {
  await files.changeOwner(path, info.uid, group)
  if (info.kind === 'symlink') return
  if (info.kind === 'directory') {
    for (const { name } of await files.list(path)) {
      const child = await files.stat(`${path}/${name}`)
      if (child) await give(files, `${path}/${name}`, child, group, readOnly)
    }
  }
  await files.changeMode(path, info.mode | wantedBits(info.kind, readOnly))
}
