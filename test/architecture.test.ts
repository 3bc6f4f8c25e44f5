import assert from 'node:assert/strict'
import { readdirSync, readFileSync, existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { test } from 'node:test'

/** The architecture page's table: what each room may import of ours. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  machinery: [],
  host: ['machinery'],
  api: ['machinery'],
  storage: ['machinery', 'host'],
  client: ['machinery', 'api'],
  apiserver: ['machinery', 'api', 'storage', 'host'],
  controllers: ['machinery', 'api', 'client'],
  scheduler: ['machinery', 'api', 'client'],
  kubelet: ['machinery', 'api', 'client', 'host'],
  proxy: ['machinery', 'api', 'client', 'host'],
  dns: ['machinery', 'api', 'client', 'host'],
  kubectl: ['machinery', 'api', 'client', 'host'],
  console: ['machinery', 'api', 'client'],
  cluster: ['machinery', 'host', 'api', 'storage', 'client', 'apiserver', 'controllers', 'scheduler', 'kubelet', 'proxy', 'dns', 'kubectl', 'console'],
  testing: ['machinery', 'host', 'api', 'storage', 'client', 'apiserver', 'controllers', 'scheduler', 'kubelet', 'proxy', 'dns'],
}
/** Rooms that may import `node:` modules for files, processes and sockets. */
const doors = ['host', 'cluster', 'testing']
/** What a room may import besides, and nobody else: the embedded store is a part of Node. */
const special: Readonly<Record<string, readonly string[]>> = { storage: ['node:sqlite', 'node:worker_threads'] }
/** Pure modules of Node that every room but machinery may import. */
const pureModules = ['node:assert', 'node:assert/strict']
/** A word that only its one home may use, and that home. */
const homes: readonly { readonly word: RegExp; readonly home: readonly string[] }[] = [
  { word: /\bDate\.now\b/, home: ['machinery/clock.ts'] },
  { word: /(?<![.\w])(?:setTimeout|setInterval|setImmediate)\(/, home: ['machinery/clock.ts', 'host/turn.ts'] },
  { word: /\bMath\.random\b/, home: ['machinery/random.ts'] },
  { word: /\bprocess\.env\b/, home: ['cluster/'] },
]
/** Where an index lists the files beside it: each must be imported by it. */
const indexes: readonly { readonly folder: string; readonly except: readonly RegExp[] }[] = [
  { folder: 'apiserver/admission', except: [/^admission\.ts$/, /^(certificate-signer|pod-containers|pod-tolerations)\.ts$/] },
  { folder: 'scheduler/plugins', except: [] },
  { folder: 'kubelet/volumes', except: [/^(volume|mounts|atomic-writer|ownership|payload|subpath|object-source|options|paths)[^/]*\.ts$/] },
  { folder: 'cluster/cli/verbs', except: [] },
]

const root = resolve(import.meta.dirname, '..')
const source = join(root, 'src')

interface SourceFile {
  readonly path: string
  readonly room: string
  readonly text: string
  readonly imports: readonly string[]
}

const files: readonly SourceFile[] = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter(path => path.endsWith('.ts'))
  .map(path => {
    const text = readFileSync(join(source, path), 'utf8')
    return { path, room: path.split('/')[0]!, text, imports: importsOf(text) }
  })
const shipped = files.filter(file => !isTest(file.path))
const byPath = new Map(files.map(file => [file.path, file]))

function isTest(path: string): boolean {
  return path.endsWith('.test.ts') || path.startsWith('testing/') || path.includes('conformance')
}

function importsOf(text: string): string[] {
  const specifiers = /(?:^|\n)\s*(?:import|export)\s[^'"\n;]*?(?:\{[^}]*\}[^'"\n;]*?)?from\s+'([^']+)'|(?:^|\n)import\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|new URL\('([^']+\.ts)', import\.meta\.url\)/g
  return [...text.matchAll(specifiers)].map(match => match[1] ?? match[2] ?? match[3] ?? match[4]!)
}

/** The path below `src` of a relative import, undefined for packages and `node:`. */
const target = (file: SourceFile, specifier: string): string | undefined =>
  specifier.startsWith('.') ? relative(source, resolve(source, dirname(file.path), specifier)) : undefined

const code = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')

test('every import goes in a direction that the architecture allows', () => {
  const wrong: string[] = []
  for (const file of shipped) {
    const allowed = rooms[file.room]
    assert(allowed || !file.path.includes('/'), `${file.path} is in no room of the table`)
    for (const specifier of file.imports) {
      const path = target(file, specifier)
      const room = path?.split('/')[0]
      if (room !== undefined && room !== file.room && !allowed?.includes(room)) wrong.push(`${file.path} imports ${path}`)
      if (room === 'testing') wrong.push(`${file.path} imports ${path}, which is for tests`)
      if (specifier.startsWith('node:') && !doors.includes(file.room) && !special[file.room]?.includes(specifier) && !(file.room !== 'machinery' && pureModules.includes(specifier))) {
        wrong.push(`${file.path} imports ${specifier}: the doors to the machine are in host/`)
      }
    }
  }
  assert.deepEqual(wrong, [])
})

test('no import leads nowhere', () => {
  const missing = files.flatMap(file => file.imports.map(specifier => target(file, specifier)).filter(path => path?.endsWith('.ts') && !path.startsWith('..') && !byPath.has(path)).map(path => `${file.path} imports ${path}`))
  assert.deepEqual(missing, [])
})

test('no files import each other in a circle, type imports included', () => {
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) return void cycles.push([...trail.slice(trail.indexOf(path)), path].join(' > '))
    if (done.has(path)) return
    const file = byPath.get(path)
    for (const specifier of file?.imports ?? []) {
      const next = target(file!, specifier)
      if (next && byPath.has(next)) visit(next, [...trail, path])
    }
    done.add(path)
  }
  for (const file of shipped) visit(file.path, [])
  assert.deepEqual(cycles, [])
})

test('time, chance and the environment are asked for in their one home', () => {
  const wrong: string[] = []
  for (const file of shipped) {
    const text = code(file.text)
    for (const { word, home } of homes) {
      if (word.test(text) && !home.some(place => file.path.startsWith(place))) wrong.push(`${file.path} uses ${word.source}`)
    }
  }
  assert.deepEqual(wrong, [])
})

test('no module keeps state of its own', () => {
  const wrong = shipped.flatMap(file => code(file.text).split('\n').filter(line => /^(?:export )?(?:let|var) /.test(line)).map(line => `${file.path}: ${line}`))
  assert.deepEqual(wrong, [])
})

test('every plugin stands in its index', () => {
  const missing: string[] = []
  for (const { folder, except } of indexes) {
    if (!existsSync(join(source, folder))) continue
    const index = byPath.get(`${folder}/index.ts`)
    assert(index, `${folder} has no index.ts`)
    const listed = new Set(index.imports.map(specifier => target(index, specifier)))
    for (const { path } of shipped) {
      const name = path.slice(folder.length + 1)
      const isPlugin = path.startsWith(`${folder}/`) && !name.includes('/') && name !== 'index.ts' && !except.some(pattern => pattern.test(name))
      if (isPlugin && !listed.has(path)) missing.push(path)
    }
  }
  assert.deepEqual(missing, [])
})

test('every file is reached from the command line or from a test', () => {
  const launcher = existsSync(join(root, 'k8ts')) ? [...readFileSync(join(root, 'k8ts'), 'utf8').matchAll(/src\/([\w./-]+\.ts)/g)].map(match => match[1]!) : []
  const outside = ['test', 'bench'].flatMap(folder => existsSync(join(root, folder)) ? readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter(path => path.endsWith('.ts')).flatMap(path => {
    const text = readFileSync(join(root, folder, path), 'utf8')
    return importsOf(text).filter(specifier => specifier.startsWith('.')).map(specifier => relative(source, resolve(root, folder, dirname(path), specifier)))
  }) : [])
  const reached = new Set<string>()
  const visit = (path: string): void => {
    const file = byPath.get(path)
    if (!file || reached.has(path)) return
    reached.add(path)
    for (const specifier of file.imports) visit(target(file, specifier) ?? '')
  }
  for (const path of [...launcher, ...outside, ...files.filter(file => isTest(file.path)).map(file => file.path)]) visit(path)
  assert.deepEqual(shipped.filter(file => !reached.has(file.path)).map(file => file.path), [])
})
