import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isReason } from '../../machinery/status.ts'
import { componentNames } from '../component.ts'
import { verbs } from './index.ts'
import { lineFor } from './logs.ts'
import { editDistance, parseArguments } from './parse-arguments.ts'
import type { Verb } from './verb.ts'

const main = fileURLToPath(new URL('main.ts', import.meta.url))
const k8ts = (...args: readonly string[]) =>
  spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: '/nonexistent', K8TS_DATA: '/nonexistent/k8ts', K8TS_INSTANCE: 'clitest' } })

const sample: Verb = {
  maxPositionals: 1, flags: { follow: { type: 'boolean', short: 'f', help: '' }, tail: { type: 'string', help: '' } }, run: async () => {},
}

test('flags, options and positionals are told apart', () => {
  assert.deepEqual(parseArguments(sample, ['-f', 'kubelet', '--tail', '5', '--data-dir=/x', '--port', '7443']), {
    options: { dataDir: '/x', port: '7443' }, optionArgs: ['--data-dir=/x', '--port=7443'], flags: { follow: true, tail: '5' }, positionals: ['kubelet'],
  })
})

test('after -- everything is a positional', () => assert.deepEqual(parseArguments(sample, ['--', '-f']).positionals, ['-f']))

test("another program's arguments are not looked at", () => {
  assert.deepEqual(parseArguments({ ...sample, raw: true }, ['get', '--prot', '-h']).positionals, ['get', '--prot', '-h'])
})

const refused: [readonly string[], RegExp][] = [
  [['--prot', '1'], /there is no flag --prot: did you mean --port\?/],
  [['--completely-else'], /there is no flag --completely-else: see "k8ts help"/],
  [['-x'], /there is no flag -x/],
  [['--port'], /--port needs a value/],
  [['--port', '--tail', '1'], /--port needs a value/],
  [['--follow=yes'], /--follow takes no value/],
  [['one', 'two'], /what is "two"\?/],
  [['--__proto__', 'x'], /there is no flag/],
  [['--constructor=x'], /there is no flag/],
]
for (const [args, wanted] of refused) {
  test(`${args.join(' ')} is refused with a sentence`, () => {
    assert.throws(() => parseArguments(sample, args), error => isReason(error, 'BadRequest') && wanted.test(error.message))
  })
}

test('which cluster is meant may be said before them', () => {
  const raw = { ...sample, raw: true }
  const { options, positionals } = parseArguments(raw, ['--instance', 'two', '--data-dir=/d', 'get', '--instance', 'pods'])
  assert.deepEqual([options, positionals], [{ instance: 'two', dataDir: '/d' }, ['get', '--instance', 'pods']])
  assert.throws(() => parseArguments(raw, ['--instance']), /--instance needs a value/)
})

test('neighbours that changed places are one mistake', () => {
  assert.equal(editDistance('prot', 'port'), 1)
  assert.equal(editDistance('', 'abc'), 3)
  assert.equal(editDistance('kitten', 'sitting'), 3)
})

test('each verb has a name of its own, loads, and every component is one', async () => {
  const names = verbs.map(({ name }) => name)
  assert.equal(new Set(names).size, names.length)
  for (const name of componentNames) assert.ok(names.includes(name), name)
  for (const { load } of verbs) assert.equal(typeof (await load()).run, 'function')
})

test('no verb file is missing from the index', () => {
  const files = readdirSync(new URL('.', import.meta.url)).filter(name => !name.endsWith('.test.ts')).map(name => name.slice(0, -3))
  const machinery = ['command-line', 'component', 'index', 'main', 'parse-arguments', 'verb']
  for (const file of files) assert.ok(machinery.includes(file) || verbs.some(({ name }) => name === file), file)
})

test('help goes to stdout and names every verb; a verb has help of its own', () => {
  const { stdout, status } = k8ts('help')
  assert.equal(status, 0)
  for (const { name } of verbs) assert.match(stdout, new RegExp(`^  ${name} `, 'm'))
  assert.match(k8ts('down', '--help').stdout, /--purge/)
  assert.match(k8ts('help', 'logs').stdout, /--follow/)
})

const sentences: [readonly string[], RegExp][] = [
  [['statsu'], /^k8ts: there is no command "statsu": did you mean status\?\n$/],
  [['status', '--data-dri', '/x'], /^k8ts: there is no flag --data-dri: did you mean --data-dir\?\n$/],
  [['up', '--cluster-cidr', 'ten'], /^k8ts: --cluster-cidr "ten" does not fit: an IPv4 block looks like 10\.42\.0\.0\/16\n$/],
  [['logs'], /^k8ts: there is no log at \/nonexistent\/k8ts\/logs\/k8ts\.log yet: "k8ts up" starts the cluster\n$/],
  [['kubeconfig'], /^k8ts: there is no \/nonexistent\/k8ts\/admin\.kubeconfig yet/],
  [['images', 'frobnicate'], /^k8ts: "k8ts images frobnicate" is none of import, list and remove\n$/],
  [['down', '--grace-period', 'long'], /^k8ts: --grace-period "long" does not fit/],
]
for (const [args, wanted] of sentences) {
  test(`k8ts ${args.join(' ')} fails with one sentence and no stack`, { skip: process.getuid?.() !== 0 && 'needs root' }, () => {
    const { stderr, stdout, status } = k8ts(...args)
    assert.match(stderr, wanted)
    assert.deepEqual([stdout, status], ['', 1])
  })
}

test('status of a cluster that does not run says what to do, and fails', () => {
  const { stdout, status } = k8ts('status')
  assert.match(stdout, /clitest does not run\. "k8ts up" starts it\./)
  assert.equal(status, 1)
  assert.deepEqual(JSON.parse(k8ts('status', '--json').stdout).running, false)
})

test('without root, what needs root says so', { skip: process.getuid?.() !== 0 && 'needs root to become somebody else' }, () => {
  const { stderr, status } = spawnSync(process.execPath, [main, 'up'], { encoding: 'utf8', uid: 65534, gid: 65534, env: {} })
  assert.match(stderr, /^k8ts: "k8ts up" needs root: .* Run it with sudo\n$/)
  assert.equal(status, 1)
})

test('a log line is shown to who asked for its component; one that is no JSON only without a component', () => {
  const line = JSON.stringify({ level: 30, time: 0, component: 'kubelet', msg: 'pod started', pod: 'a b' })
  assert.deepEqual(lineFor(line, undefined), ['1970-01-01T00:00:00.000Z INFO  kubelet: pod started pod="a b"'])
  assert.deepEqual(lineFor(line, 'kubelet'), lineFor(line, undefined))
  assert.deepEqual(lineFor(line, 'scheduler'), [])
  assert.deepEqual(lineFor('{ half a li', undefined), ['{ half a li'])
  assert.deepEqual(lineFor('plain', 'kubelet'), [])
})
