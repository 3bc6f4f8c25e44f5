import assert from 'node:assert/strict'
import { test } from 'node:test'
import { extract } from 'tar-stream'
import { cniConflist } from '../cni.ts'
import { containerdConfig, containerdPaths, snapshotterOf } from '../containerd-config.ts'
import { buildImage, type ImageDefinition } from './archive.ts'
import { fullName, parseReference } from './reference.ts'
import { hostsToml } from './registries.ts'

const digest = `sha256:${'a'.repeat(64)}`

for (const [name, full] of [
  ['nginx', 'docker.io/library/nginx:latest'], ['nginx:1.27', 'docker.io/library/nginx:1.27'], ['bitnami/redis', 'docker.io/bitnami/redis:latest'],
  ['docker.io/nginx', 'docker.io/library/nginx:latest'], ['index.docker.io/library/nginx:1', 'docker.io/library/nginx:1'],
  ['localhost/web:1', 'localhost/web:1'], ['localhost:5000/a/b/c', 'localhost:5000/a/b/c:latest'], ['k8ts.local/demo:1', 'k8ts.local/demo:1'],
  [`quay.io/x/y@${digest}`, `quay.io/x/y@${digest}`], [`x:1@${digest}`, `docker.io/library/x:1@${digest}`], ['[::1]:5000/a:b', '[::1]:5000/a:b'],
] as const) {
  test(`image name ${name.slice(0, 40)}`, () => {
    const found = parseReference(name)
    assert.equal(found && fullName(found), full)
  })
}

test('what is no image name is told', () => {
  for (const name of ['', 'UPPER', 'a b', 'a//b', 'a:', 'a@sha256:1', '/a', 'registry.example/', 'a:b:c']) assert.equal(parseReference(name), undefined, name)
})

async function untar(archive: Uint8Array): Promise<Map<string, { type: string; mode: number; text: string; link: string }>> {
  const tar = extract()
  const found = new Map<string, { type: string; mode: number; text: string; link: string }>()
  tar.end(archive)
  for await (const entry of tar) {
    const chunks: Buffer[] = []
    for await (const chunk of entry) chunks.push(chunk as Buffer)
    const { name, type, mode, linkname } = entry.header
    found.set(name, { type: String(type), mode: mode ?? 0, text: Buffer.concat(chunks).toString('latin1'), link: linkname ?? '' })
  }
  return found
}

test('an image is an OCI layout whose parts name each other, and the order of the files does not matter', async () => {
  const definition: ImageDefinition = {
    name: 'k8ts.local/web:1', architecture: 'amd64', entrypoint: ['/bin/httpd'], exposedPorts: ['80/tcp'],
    files: [{ path: '/bin/httpd', content: 'binary', mode: 0o755 }, { path: '/bin/sh', linkTo: 'httpd' }, { path: '/www/index.html', content: 'hi' }],
  }
  const archive = await buildImage(definition)
  assert.deepEqual(await buildImage({ ...definition, files: [...definition.files].reverse() }), archive)
  const layout = await untar(archive)
  const blob = (name: string) => layout.get(`blobs/${name.replace(':', '/')}`)!.text
  const index = JSON.parse(layout.get('index.json')!.text)
  assert.equal(index.manifests[0].annotations['io.containerd.image.name'], 'k8ts.local/web:1')
  const manifest = JSON.parse(blob(index.manifests[0].digest))
  const config = JSON.parse(blob(manifest.config.digest))
  assert.deepEqual(config.config.ExposedPorts, { '80/tcp': {} })
  assert.deepEqual(config.rootfs.diff_ids, [manifest.layers[0].digest])
  const layer = await untar(Buffer.from(blob(manifest.layers[0].digest), 'latin1'))
  assert.deepEqual([...layer].map(([name, { type, mode }]) => [name, type, mode.toString(8)]), [
    ['bin/', 'directory', '755'], ['bin/httpd', 'file', '755'], ['bin/sh', 'symlink', '777'], ['www/', 'directory', '755'], ['www/index.html', 'file', '644'],
  ])
})

test('a registry is reached by the ways that are given', () => {
  assert.equal(hostsToml({ host: 'registry.example:5000', mirrors: [{ url: 'http://127.0.0.1:5000', skipVerify: true }] }),
    'server = "https://registry.example:5000"\n\n[host."http://127.0.0.1:5000"]\n  capabilities = ["pull", "resolve"]\n  skip_verify = true\n')
})

test('containerd keeps everything below its directory, and its snapshotter is found again', () => {
  const config = containerdConfig({ paths: containerdPaths('/data/x'), snapshotter: 'native', pauseImage: 'p:1', cniBinaries: '/usr/lib/cni', restrictOomScore: true })
  for (const path of config.match(/"\/[^"]*"/g) ?? []) assert.ok(path.startsWith('"/data/x/') || path === '"/usr/lib/cni"', path)
  assert.equal(snapshotterOf(config), 'native')
  assert.equal(snapshotterOf(''), undefined)
})

test('the pod network has a range and a route for each address family', () => {
  const options = { name: 'n', bridge: 'b0', podCidrs: ['10.1.0.0/24', 'fd00::/64'], leases: '/l' }
  const { plugins } = cniConflist({ ...options, mtu: 1400 }) as { plugins: { type: string; mtu?: number; ipam: { ranges: unknown; routes: unknown } }[] }
  assert.deepEqual(plugins.map(({ type }) => type), ['bridge'])
  assert.equal(plugins[0]!.mtu, 1400)
  assert.deepEqual(plugins[0]!.ipam.ranges, [[{ subnet: '10.1.0.0/24' }], [{ subnet: 'fd00::/64' }]])
  assert.deepEqual(plugins[0]!.ipam.routes, [{ dst: '0.0.0.0/0' }, { dst: '::/0' }])
  assert.throws(() => cniConflist({ ...options, bridge: 'much-too-long-a-name' }), /too long/)
})
