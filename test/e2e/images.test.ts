import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { extract, pack } from 'tar-stream'
import { serveHttp, type HttpServer } from '../../src/host/http.ts'
import { buildImage } from '../../src/kubelet/images/archive.ts'
import { importImage } from '../../src/kubelet/images/import.ts'
import { writeRegistries } from '../../src/kubelet/images/registries.ts'
import { architecture, privateContainerd, type PrivateContainerd } from './private-containerd.ts'

const definition = { name: 'k8ts.local/archive:1', architecture, files: [{ path: '/etc/motd', content: 'hello' }], cmd: ['/bin/none'] }

async function untar(archive: Uint8Array): Promise<Map<string, Buffer>> {
  const tar = extract()
  const found = new Map<string, Buffer>()
  tar.end(archive)
  for await (const entry of tar) {
    const chunks: Buffer[] = []
    for await (const chunk of entry) chunks.push(chunk as Buffer)
    found.set(entry.header.name, Buffer.concat(chunks))
  }
  return found
}

async function tar(files: Readonly<Record<string, Uint8Array | string>>): Promise<Buffer> {
  const archive = pack()
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, Buffer.from(content))
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const json = (content: Buffer | undefined) => JSON.parse(String(content))
const digestOf = (content: Uint8Array): string => `sha256:${createHash('sha256').update(content).digest('hex')}`

/** Config and layer of the test image. */
async function parts(): Promise<{ config: Buffer; layer: Buffer; manifest: Buffer }> {
  const layout = await untar(await buildImage(definition))
  const blob = (digest: string) => layout.get(`blobs/${digest.replace(':', '/')}`)!
  const manifest = blob(json(layout.get('index.json')).manifests[0].digest)
  return { manifest, config: blob(json(manifest).config.digest), layer: blob(json(manifest).layers[0].digest) }
}

/** As much of a registry as a pull needs. */
async function registry(): Promise<HttpServer & { asked: string[] }> {
  const { manifest, config, layer } = await parts()
  const contents = new Map([manifest, config, layer].map(content => [digestOf(content), content]))
  const asked: string[] = []
  const server = await serveHttp({
    handler(request, response) {
      const path = (request.url ?? '').split('?')[0]!
      asked.push(path)
      const content = path.endsWith('/manifests/v1') ? manifest : contents.get(path.split('/').at(-1)!)
      if (!path.startsWith('/v2/team/app/') || !content) return void response.writeHead(404).end()
      const type = content === manifest ? 'application/vnd.oci.image.manifest.v1+json' : 'application/octet-stream'
      response.writeHead(200, { 'Content-Type': type, 'Content-Length': content.length, 'Docker-Content-Digest': digestOf(content) })
      if (request.method === 'HEAD') response.end()
      else response.end(content)
    },
  })
  return { ...server, asked }
}

describe('images', { skip: process.getuid?.() === 0 ? false : 'needs root' }, () => {
  let own: PrivateContainerd
  let server: Awaited<ReturnType<typeof registry>>
  before(async () => { [own, server] = await Promise.all([privateContainerd(), registry()]) })
  after(async () => {
    await server.close()
    assert.deepEqual(await own.close(), [])
  })

  test('a docker archive is imported, under the full name of each of its tags', async () => {
    const { config, layer } = await parts()
    const files = { 'config.json': config, 'layer.tar': layer, 'manifest.json': JSON.stringify([{ Config: 'config.json', RepoTags: ['web:1', 'example.org/x/web:2'], Layers: ['layer.tar'] }]) }
    const names = await importImage(own.images, await tar(files))
    assert.deepEqual(names.sort(), ['docker.io/library/web:1', 'example.org/x/web:2'])
    assert.ok(await own.runtime.imageStatus('web:1'))
  })

  test('an archive may be compressed', async () => {
    assert.deepEqual(await importImage(own.images, gzipSync(await buildImage({ ...definition, name: 'k8ts.local/zipped:1' }))), ['k8ts.local/zipped:1'])
  })

  test('an image is pulled from a registry without TLS, by the way that was given', async () => {
    const { runtime, containerd } = own
    await writeRegistries(own.host.files, containerd.paths.registries, [{ host: 'registry.example', server: `http://127.0.0.1:${server.port}` }])
    const ref = await runtime.pullImage('registry.example/team/app:v1')
    const image = await runtime.imageStatus('registry.example/team/app:v1')
    assert.equal(image?.id, ref)
    assert.match(image?.repoDigests[0] ?? '', /^registry\.example\/team\/app@sha256:/)
    assert.ok(server.asked.length > 0)
    await assert.rejects(runtime.pullImage('registry.example/team/none:v1'), (error: Error) => /code = (NotFound|Unknown) desc = failed to pull and unpack image .*not found/.test(error.message))
  })
})
