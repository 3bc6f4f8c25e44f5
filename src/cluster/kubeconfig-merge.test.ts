import assert from 'node:assert/strict'
import { chmodSync, existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { parse } from 'yaml'
import { realFiles } from '../host/files.ts'
import { kubeconfigPaths, mergeKubeconfig, unmergeKubeconfig } from './kubeconfig-merge.ts'
import { kubeconfigText, writeKubeconfig, type KubeconfigEntry } from './kubeconfig.ts'

const entry: KubeconfigEntry = { name: 'k8ts', server: 'https://127.0.0.1:6443', authority: 'CA', certificate: 'CRT', key: 'KEY', owner: '/var/lib/k8ts' }

const OTHERS = `# mine, do not touch
apiVersion: v1
kind: Config
current-context: work
clusters:
- name: work   # the office
  cluster: {server: "https://work.example:6443", certificate-authority-data: ${'QUJD'.repeat(60)}}
contexts:
- name: work
  context:
    cluster: work
    user: me
    namespace: team
users:
- name: me
  user:
    exec: # asks for a token
      command: login
      args: ["--yes", on]
`

function home(context: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'k8ts-kubeconfig-'))
  context.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

const named = (list: { name: string }[], name: string): unknown => list.find(item => item.name === name)

test('a first kubeconfig is made, private, and its context is the current one', async context => {
  const path = join(home(context), '.kube', 'config')
  assert.equal(await mergeKubeconfig(realFiles, [path], entry), path)
  const config = parse(readFileSync(path, 'utf8'))
  assert.equal(config['current-context'], 'k8ts')
  assert.equal(config.clusters[0].cluster.server, entry.server)
  assert.equal(Buffer.from(config.users[0].user['client-key-data'], 'base64').toString(), 'KEY')
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('what others have in the file stays, comments and quoting too, and so does the current context', async context => {
  const path = join(home(context), 'config')
  writeFileSync(path, OTHERS)
  await mergeKubeconfig(realFiles, [path], entry)
  const merged = readFileSync(path, 'utf8')
  const config = parse(merged)
  assert.equal(config['current-context'], 'work')
  assert.deepEqual(config.contexts.map((item: { name: string }) => item.name), ['work', 'k8ts'])
  for (const line of ['# mine, do not touch', '# the office', '# asks for a token', 'QUJD'.repeat(60), '"--yes"']) assert.ok(merged.includes(line), line)
  assert.deepEqual(named(config.users, 'me'), named(parse(OTHERS).users, 'me'))
})

test('merging and removing gives the file back', async context => {
  const path = join(home(context), 'config')
  writeFileSync(path, OTHERS)
  await mergeKubeconfig(realFiles, [path], entry)
  assert.deepEqual(await unmergeKubeconfig(realFiles, [path, path], entry.owner), [path])
  assert.deepEqual(parse(readFileSync(path, 'utf8')), parse(OTHERS))
  assert.deepEqual(await unmergeKubeconfig(realFiles, [path], entry.owner), [])
})

test('a second merge of the same does not write', async context => {
  const path = join(home(context), 'config')
  await mergeKubeconfig(realFiles, [path], entry)
  const before = statSync(path)
  await mergeKubeconfig(realFiles, [path], entry)
  assert.equal(statSync(path).ino, before.ino)
})

test('a new certificate replaces the old one in its place', async context => {
  const path = join(home(context), 'config')
  writeFileSync(path, OTHERS)
  await mergeKubeconfig(realFiles, [path], entry)
  await mergeKubeconfig(realFiles, [path], { ...entry, certificate: 'NEW', server: 'https://127.0.0.1:7443' })
  const config = parse(readFileSync(path, 'utf8'))
  assert.equal(config.users.length, 2)
  assert.equal(Buffer.from(config.users[1].user['client-certificate-data'], 'base64').toString(), 'NEW')
  assert.equal(config.clusters[1].cluster.server, 'https://127.0.0.1:7443')
})

test('an entry of that name which is not ours is neither replaced nor removed', async context => {
  const path = join(home(context), 'config')
  const foreign = OTHERS.replaceAll('work', 'k8ts')
  writeFileSync(path, foreign)
  await assert.rejects(mergeKubeconfig(realFiles, [path], entry), /did not make: rename it, or choose another --instance/)
  assert.deepEqual(await unmergeKubeconfig(realFiles, [path], entry.owner), [])
  assert.equal(readFileSync(path, 'utf8'), foreign)
})

test('another cluster of ours in the same file survives', async context => {
  const path = join(home(context), 'config')
  await mergeKubeconfig(realFiles, [path], entry)
  await mergeKubeconfig(realFiles, [path], { ...entry, name: 'other', owner: '/var/lib/other', key: 'K2' })
  await unmergeKubeconfig(realFiles, [path], entry.owner)
  const config = parse(readFileSync(path, 'utf8'))
  assert.deepEqual(config.contexts.map((item: { name: string }) => item.name), ['other'])
  assert.equal(config['current-context'], '')
})

const broken: [string, string, RegExp][] = [['no YAML', 'a: [', /is no YAML/], ['a list', '- a\n', /is no kubeconfig/]]
for (const [what, content, message] of broken) {
  test(`a file that is ${what} is left as it is, with a sentence`, async context => {
    const path = join(home(context), 'config')
    writeFileSync(path, content)
    await assert.rejects(mergeKubeconfig(realFiles, [path], entry), message)
    assert.equal(readFileSync(path, 'utf8'), content)
  })
}

test('an empty file, and one with empty lists, take the entry', async context => {
  for (const content of ['', '# nothing yet\n', 'apiVersion: v1\nkind: Config\nclusters: []\ncontexts: null\nusers: []\n']) {
    const path = join(home(context), 'config')
    writeFileSync(path, content)
    await mergeKubeconfig(realFiles, [path], entry)
    assert.equal(parse(readFileSync(path, 'utf8')).contexts[0].name, 'k8ts')
  }
})

test('a symbolic link stays one, and the mode stays what it was', async context => {
  const directory = home(context)
  const [target, link] = [join(directory, 'real'), join(directory, 'config')]
  writeFileSync(target, OTHERS)
  chmodSync(target, 0o640)
  symlinkSync(target, link)
  await mergeKubeconfig(realFiles, [link], entry)
  assert.ok(lstatSync(link).isSymbolicLink())
  assert.equal(statSync(target).mode & 0o777, 0o640)
  assert.match(readFileSync(target, 'utf8'), /name: k8ts/)
})

test('KUBECONFIG: where the context is, else the first file that exists, else the last of the list', async context => {
  const directory = home(context)
  const [one, two, three] = ['1', '2', '3'].map(name => join(directory, name)) as [string, string, string]
  const list = kubeconfigPaths({ KUBECONFIG: `${one}::${two}:${three}` }, directory)
  assert.deepEqual(list, [one, two, three])
  assert.equal(await mergeKubeconfig(realFiles, list, entry), three)
  writeFileSync(two, OTHERS)
  assert.equal(await mergeKubeconfig(realFiles, list, { ...entry, key: 'K2' }), three)
  rmSync(three)
  assert.equal(await mergeKubeconfig(realFiles, list, entry), two)
  assert.ok(!existsSync(one))
  assert.deepEqual(kubeconfigPaths({}, '/root'), ['/root/.kube/config'])
})

test("a component's kubeconfig is private and written only when it changed", async context => {
  const path = join(home(context), 'x.kubeconfig')
  await writeKubeconfig(realFiles, path, entry)
  const before = statSync(path)
  await writeKubeconfig(realFiles, path, entry)
  assert.equal(statSync(path).ino, before.ino)
  assert.equal(before.mode & 0o777, 0o600)
  assert.equal(parse(kubeconfigText(entry))['current-context'], 'k8ts')
})
