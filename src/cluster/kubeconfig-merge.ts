import { dirname, join } from 'node:path'
import type { Document, YAMLMap, YAMLSeq } from 'yaml'
import type { Files } from '../host/files.ts'
import { badRequest, StatusError } from '../machinery/status.ts'
import { OWNER_EXTENSION, partsOf, type KubeconfigEntry } from './kubeconfig.ts'

const LISTS = ['clusters', 'contexts', 'users'] as const

/** The files that kubectl reads, in order: those of KUBECONFIG, else the one in the home folder. */
export function kubeconfigPaths(env: Readonly<Record<string, string | undefined>>, homeDir: string): string[] {
  const listed = (env['KUBECONFIG'] ?? '').split(':').filter(Boolean)
  return listed.length > 0 ? [...new Set(listed)] : [join(homeDir, '.kube', 'config')]
}

/** Puts the entry into the file where kubectl would put it, and says which; all else in it, comments too, stays as it is. */
export async function mergeKubeconfig(files: Files, paths: readonly string[], entry: KubeconfigEntry): Promise<string> {
  const texts = await Promise.all(paths.map(path => readIfThere(files, path)))
  // Searching for the key's bytes costs nothing; loading the YAML library for a file that needs no change would.
  const needles = Object.values(partsOf(entry).users.user).concat(partsOf(entry).clusters.cluster['certificate-authority-data'], entry.server)
  const already = texts.findIndex(text => text !== undefined && needles.every(needle => text.includes(needle)))
  if (already >= 0) return paths[already]!

  const yaml = await import('yaml')
  const documents = texts.map((text, index) => (text === undefined ? undefined : parse(yaml, text, paths[index]!)))
  const holder = documents.findIndex(document => document && find(document, 'contexts', entry.name) >= 0)
  const existing = documents.findIndex(document => document !== undefined)
  const target = [holder, existing, paths.length - 1].find(index => index >= 0)!
  const document = documents[target] ?? new yaml.Document({ apiVersion: 'v1', kind: 'Config' })
  refuseForeign(document, entry.name, paths[target]!)
  for (const list of LISTS) put(document, list, entry.name, partsOf(entry)[list])
  if (!document.get('current-context')) document.set('current-context', entry.name)
  await save(files, paths[target]!, text(document))
  return paths[target]!
}

/** Takes this owner's entries out of the files, and nothing else. Returns the files that were changed. */
export async function unmergeKubeconfig(files: Files, paths: readonly string[], owner: string): Promise<string[]> {
  const changed: string[] = []
  for (const path of new Set(paths)) {
    const before = await readIfThere(files, path)
    if (!before?.includes(owner)) continue
    const document = parse(await import('yaml'), before, path)
    const names = listOf(document, 'clusters').flatMap(item => (ownerOf(item) === owner ? [String(item.get('name'))] : []))
    if (names.length === 0) continue
    for (const name of names) for (const list of LISTS) remove(document, list, name)
    if (names.includes(String(document.get('current-context')))) document.set('current-context', '')
    await save(files, path, text(document))
    changed.push(path)
  }
  return changed
}

type Yaml = typeof import('yaml')

/** Long base64 must stay on its line: folding would rewrite entries that are not ours. */
const text = (document: Document): string => document.toString({ lineWidth: 0 })

function parse(yaml: Yaml, source: string, path: string): Document {
  const document = yaml.parseDocument(source, { version: '1.1' })
  const [error] = document.errors
  if (error) throw badRequest(`${path} is no YAML (${error.message.split('\n')[0]}): mend it, or name another file with KUBECONFIG`)
  if (document.contents === null) document.contents = document.createNode({ apiVersion: 'v1', kind: 'Config' }) as never
  if (!yaml.isMap(document.contents)) throw badRequest(`${path} is no kubeconfig: mend it, or name another file with KUBECONFIG`)
  return document as Document
}

const listOf = (document: Document, list: string): YAMLMap[] => ((document.get(list) as YAMLSeq | null)?.items ?? []) as YAMLMap[]
const find = (document: Document, list: string, name: string): number => listOf(document, list).findIndex(item => item.get('name') === name)

function ownerOf(cluster: YAMLMap): string | undefined {
  const extensions = cluster.getIn(['cluster', 'extensions']) as YAMLSeq<YAMLMap> | undefined
  return extensions?.items.find(item => item.get('name') === OWNER_EXTENSION)?.getIn(['extension', 'dataDir']) as string | undefined
}

/** An entry of the same name that somebody else made is left alone. */
function refuseForeign(document: Document, name: string, path: string): void {
  const index = find(document, 'clusters', name)
  const foreign = index >= 0 ? ownerOf(listOf(document, 'clusters')[index]!) === undefined : find(document, 'contexts', name) >= 0
  if (foreign) throw new StatusError('AlreadyExists', `${path} has a "${name}" that k8ts did not make: rename it, or choose another --instance`)
}

function put(document: Document, list: string, name: string, value: unknown): void {
  const index = find(document, list, name)
  if (index >= 0) return document.setIn([list, index], document.createNode(value))
  if (!document.get(list)) document.set(list, document.createNode([]))
  // An empty list is often written `[]`: what is added to it should not become JSON.
  ;(document.get(list) as YAMLSeq).flow = false
  document.addIn([list], document.createNode(value))
}

function remove(document: Document, list: string, name: string): void {
  const index = find(document, list, name)
  if (index >= 0) document.deleteIn([list, index])
}

const readIfThere = (files: Files, path: string): Promise<string | undefined> =>
  files.readText(path).catch((error: NodeJS.ErrnoException) => { if (error.code === 'ENOENT') return undefined; throw error })

/** Keeps a symbolic link, the mode and the owner: under sudo the file is the user's, not root's. */
async function save(files: Files, path: string, content: string): Promise<void> {
  const present = await files.stat(path, { follow: true })
  const target = present ? await files.realPath(path) : path
  if (!present) {
    const parent = await files.stat(dirname(dirname(target)), { follow: true })
    const made = !(await files.exists(dirname(target)))
    await files.makeDirectory(dirname(target))
    if (made && parent) await files.changeOwner(dirname(target), parent.uid, parent.gid)
  }
  const owner = present ?? (await files.stat(dirname(target), { follow: true }))
  await files.write(target, content, { mode: present?.mode ?? 0o600, atomic: true })
  if (owner) await files.changeOwner(target, owner.uid, owner.gid)
}
