import type { Host } from '../../host/host.ts'
import { runOrThrow } from '../../host/process.ts'
import { buildImage, type ImageDefinition, type ImageFile } from './archive.ts'
import { importImage, type ImportOptions } from './import.ts'

/** The sandbox image, made here: a static init that sleeps and reaps. */
export const PAUSE_IMAGE = 'k8ts.local/pause:1'

/** Static inits of Debian's, with how they are told to only wait. */
const INITS = [
  { path: '/usr/bin/catatonit', arguments: ['-P'] },
  { path: '/usr/libexec/podman/catatonit', arguments: ['-P'] },
]

/** The archive of the sandbox image; throws what to install when there is no static init. */
export async function buildPauseImage({ files }: Host, architecture: string): Promise<Uint8Array> {
  for (const init of INITS) {
    if (!(await files.exists(init.path))) continue
    return buildImage({
      name: PAUSE_IMAGE, architecture, files: [{ path: '/pause', content: await files.read(init.path), mode: 0o755 }],
      entrypoint: ['/pause', ...init.arguments], labels: { 'io.cri-containerd.pinned': 'pinned' },
    })
  }
  throw new Error('there is no static init for the pods\' sandboxes: install the package catatonit')
}

/** Imports the sandbox image unless it is there. */
export async function ensurePauseImage(options: ImportOptions, architecture: string): Promise<void> {
  if (await options.runtime.imageStatus(PAUSE_IMAGE)) return
  await importImage(options, await buildPauseImage(options.host, architecture))
}

const BUSYBOX = '/bin/busybox'

/**
 * The files of a small system: Debian's static busybox with a link for each of its applets, and users, groups and a world-writable /tmp.
 * Throws what to install when busybox is missing or needs libraries.
 */
export async function busyboxFiles({ files, processes }: Host): Promise<ImageFile[]> {
  const binary = (await files.exists(BUSYBOX)) ? await files.realPath(BUSYBOX) : undefined
  if (!binary) throw new Error('there is no busybox to build images from: install the package busybox-static')
  const content = await files.read(binary)
  if (Buffer.from(content.buffer, content.byteOffset, content.length).includes('/lib64/ld-linux')) throw new Error('busybox needs libraries: install the package busybox-static')
  const applets = (await runOrThrow(processes, [binary, '--list'])).trim().split('\n').filter(name => name !== 'busybox')
  return [
    { path: '/bin/busybox', content, mode: 0o755 }, ...applets.map(name => ({ path: `/bin/${name}`, linkTo: 'busybox' })),
    { path: '/etc/passwd', content: 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' },
    { path: '/etc/group', content: 'root:x:0:\nnogroup:x:65534:\n' },
    { path: '/tmp', directory: true, mode: 0o1777 }, { path: '/root', directory: true, mode: 0o700 },
    ...['dev', 'proc', 'sys', 'var', 'run', 'home'].map(name => ({ path: `/${name}`, directory: true as const })),
  ]
}

/** The archive of an image with busybox and what the definition adds or replaces. */
export async function buildBusyboxImage(host: Host, definition: Omit<ImageDefinition, 'files'> & { files?: readonly ImageFile[] }): Promise<Uint8Array> {
  return buildImage({ ...definition, files: [...(await busyboxFiles(host)), ...(definition.files ?? [])] })
}
