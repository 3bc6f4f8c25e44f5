import type { Files } from '../host/files.ts'

/** What a client needs to reach the API as somebody. PEM texts are carried in the file itself, so that it can be copied elsewhere. */
export interface KubeconfigEntry {
  /** Names the cluster, the context and the user in the file. */
  name: string
  server: string
  authority: string
  certificate: string
  key: string
  /** The data folder: says that the entry is k8ts's own and may be replaced and removed. */
  owner: string
}

/** Name of the kubeconfig extension that carries the owner. */
export const OWNER_EXTENSION = 'k8ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** The three parts of an entry as they stand in a kubeconfig's lists. */
export function partsOf({ name, server, authority, certificate, key, owner }: KubeconfigEntry) {
  return {
    clusters: { name, cluster: { server, 'certificate-authority-data': base64(authority), extensions: [{ name: OWNER_EXTENSION, extension: { dataDir: owner } }] } },
    contexts: { name, context: { cluster: name, user: name } },
    users: { name, user: { 'client-certificate-data': base64(certificate), 'client-key-data': base64(key) } },
  }
}

/** A whole kubeconfig with one entry. JSON is YAML, and needs no library to write. */
export function kubeconfigText(entry: KubeconfigEntry): string {
  const { clusters, contexts, users } = partsOf(entry)
  return `${JSON.stringify({ apiVersion: 'v1', kind: 'Config', 'current-context': entry.name, clusters: [clusters], contexts: [contexts], users: [users] }, undefined, 2)}\n`
}

/** Writes a kubeconfig unless the file says the same already. */
export async function writeKubeconfig(files: Files, path: string, entry: KubeconfigEntry): Promise<void> {
  const text = kubeconfigText(entry)
  const present = await files.readText(path).catch((error: NodeJS.ErrnoException) => { if (error.code === 'ENOENT') return undefined; throw error })
  if (present !== text) await files.write(path, text, { mode: 0o600, atomic: true })
}
