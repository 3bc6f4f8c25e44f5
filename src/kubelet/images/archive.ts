import { pack } from 'tar-stream'

/** A file, directory or symbolic link of an image. */
export interface ImageFile {
  /** Absolute in the image. Directories on the way are made (0755). */
  path: string
  content?: string | Uint8Array
  /** Makes a symbolic link. */
  linkTo?: string
  /** Makes an empty directory. */
  directory?: true
  mode?: number
  uid?: number
  gid?: number
}

export interface ImageDefinition {
  /** Full reference: `registry/repository:tag`. */
  name: string
  files: readonly ImageFile[]
  entrypoint?: readonly string[]
  cmd?: readonly string[]
  /** `NAME=value`. */
  env?: readonly string[]
  workingDir?: string
  user?: string
  /** `80/tcp`. */
  exposedPorts?: readonly string[]
  labels?: Readonly<Record<string, string>>
  /** As Go calls it; `architectureOf` translates Node's name. */
  architecture: string
}

interface Entry {
  path: string
  type: 'file' | 'directory' | 'symlink'
  content: Uint8Array
  linkTo: string
  mode: number
  uid: number
  gid: number
}

interface Descriptor {
  mediaType: string
  digest: string
  size: number
}

const EPOCH = new Date(0)

/** Node's names of processors as OCI has them. */
export const architectureOf = (arch: string): string => ({ x64: 'amd64', ia32: '386', arm: 'arm' })[arch] ?? arch

const bytes = (content: string | Uint8Array): Uint8Array => (typeof content === 'string' ? new TextEncoder().encode(content) : content)

async function digestOf(content: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', Uint8Array.from(content))
  return `sha256:${Buffer.from(hash).toString('hex')}`
}

/** All entries with the directories above them, sorted: the same files give the same bytes. */
function entriesOf(files: readonly ImageFile[]): Entry[] {
  const entries = new Map<string, Entry>()
  const none = new Uint8Array()
  for (const file of files) {
    const path = file.path.replace(/^\/+|\/+$/g, '')
    const parts = path.split('/')
    for (let depth = 1; depth < parts.length; depth++) {
      const above = parts.slice(0, depth).join('/')
      if (!entries.has(above)) entries.set(above, { path: above, type: 'directory', content: none, linkTo: '', mode: 0o755, uid: 0, gid: 0 })
    }
    const type = file.linkTo !== undefined ? 'symlink' : file.directory ? 'directory' : 'file'
    entries.set(path, {
      path, type, content: file.content === undefined ? none : bytes(file.content), linkTo: file.linkTo ?? '',
      mode: file.mode ?? (type === 'file' ? 0o644 : type === 'directory' ? 0o755 : 0o777), uid: file.uid ?? 0, gid: file.gid ?? 0,
    })
  }
  return [...entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}

async function tarOf(entries: readonly Entry[]): Promise<Uint8Array> {
  const tar = pack()
  const chunks: Uint8Array[] = []
  const collected = (async () => { for await (const chunk of tar as AsyncIterable<Uint8Array>) chunks.push(chunk) })()
  for (const { path, type, content, linkTo, mode, uid, gid } of entries) {
    const header = { name: type === 'directory' ? `${path}/` : path, type, mode, uid, gid, mtime: EPOCH, size: content.length, ...(linkTo && { linkname: linkTo }) }
    await new Promise<void>((resolve, reject) => {
      tar.entry(header, Buffer.from(content), error => (error ? reject(error) : resolve()))
    })
  }
  tar.finalize()
  await collected
  return Buffer.concat(chunks)
}

/**
 * An image with one layer as an OCI archive (a tar of an OCI layout), made from files: no registry, no Dockerfile. The same definition gives the same
 * bytes and so the same digest. Layers are not compressed, since the archive goes no further than the machine's own runtime.
 */
export async function buildImage(definition: ImageDefinition): Promise<Uint8Array> {
  const blobs: ImageFile[] = []
  const blob = async (mediaType: string, content: Uint8Array): Promise<Descriptor> => {
    const digest = await digestOf(content)
    blobs.push({ path: `blobs/${digest.replace(':', '/')}`, content })
    return { mediaType, digest, size: content.length }
  }
  const json = (mediaType: string, value: unknown): Promise<Descriptor> => blob(mediaType, bytes(JSON.stringify(value)))
  const layer = await blob('application/vnd.oci.image.layer.v1.tar', await tarOf(entriesOf(definition.files)))
  const platform = { architecture: definition.architecture, os: 'linux' }
  const config = await json('application/vnd.oci.image.config.v1+json', {
    created: EPOCH.toISOString(), ...platform, rootfs: { type: 'layers', diff_ids: [layer.digest] },
    config: {
      ...(definition.user && { User: definition.user }),
      ...(definition.exposedPorts && { ExposedPorts: Object.fromEntries(definition.exposedPorts.map(port => [port, {}])) }),
      Env: definition.env ?? ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      ...(definition.entrypoint && { Entrypoint: definition.entrypoint }), ...(definition.cmd && { Cmd: definition.cmd }),
      ...(definition.workingDir && { WorkingDir: definition.workingDir }), ...(definition.labels && { Labels: definition.labels }),
    },
    history: [{ created: EPOCH.toISOString(), created_by: 'k8ts' }],
  })
  const manifest = await json('application/vnd.oci.image.manifest.v1+json', {
    schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', config, layers: [layer],
  })
  const annotations = { 'io.containerd.image.name': definition.name, 'org.opencontainers.image.ref.name': definition.name.split(':').at(-1) }
  const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [{ ...manifest, platform, annotations }] }
  return tarOf(entriesOf([
    { path: 'oci-layout', content: JSON.stringify({ imageLayoutVersion: '1.0.0' }) }, { path: 'index.json', content: JSON.stringify(index) }, ...blobs,
  ]))
}
