import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

const launcher = fileURLToPath(new URL('../../k8ts', import.meta.url))

/** Runs bash with the launcher's functions defined and its folders in a place of the test's own. */
function bash(context: TestContext, script: string): { stdout: string; stderr: string; status: number | null; home: string } {
  const home = mkdtempSync(join(tmpdir(), 'k8ts-launcher-'))
  context.after(() => rmSync(home, { recursive: true, force: true }))
  mkdirSync(join(home, 'node_modules'))
  writeFileSync(join(home, 'package-lock.json'), '{}')
  writeFileSync(join(home, 'node_modules', '.package-lock.json'), '{}')
  const settled = `
    PACKAGES=(bash:/bin/bash); KUBECTL_SUITES=(); have_kubectl() { :; }; WANTED=lists; mkdir -p "$own"
    cp "$home/package-lock.json" "$own/modules.lock"; printf '%s\\n%s\\n' /bin/sh "$WANTED" >"$stamp"`
  const source = `source ${launcher}; home=${home}; own=$home/.k8ts; stamp=$own/installed; settled() { ${settled}; }; ${script}`
  return { ...spawnSync('bash', ['-c', source], { encoding: 'utf8' }), home }
}

test('when nothing is missing, nothing is done', context => {
  assert.equal(bash(context, 'settled; satisfied && echo "$NODE"').stdout, '/bin/sh\n')
})

const spoilers: [string, string][] = [
  ['there is no stamp', 'rm "$stamp"'],
  ['the stamp was cut short', 'echo /bin/sh >"$stamp"'],
  ['the lockfile changed', 'echo "{ }" >"$home/package-lock.json"'],
  ['node_modules is gone', 'rm -r "$home/node_modules"'],
  ['the Node that was used is gone', 'printf "%s\\n%s\\n" /no/node "$WANTED" >"$stamp"'],
  ['the list of packages changed', 'WANTED=more'],
  ["a package's file is gone", 'PACKAGES+=(gone:/no/such/file)'],
  ['kubectl is gone', 'have_kubectl() { false; }'],
]
for (const [what, spoil] of spoilers) {
  test(`it installs again when ${what}`, context => {
    assert.equal(bash(context, `settled; ${spoil}; satisfied || echo again`).stdout, 'again\n')
  })
}

const installed: [string, string, boolean][] = [
  ['as the lockfile says', '{"a":{"integrity":"1"}}', true],
  ['without what is optional on this machine', '{"a":{"integrity":"1"}}', true],
  ['with another version', '{"a":{"integrity":"2"}}', false],
  ['with something missing', '{}', false],
]
for (const [what, present, matches] of installed) {
  test(`node_modules ${what} is ${matches ? 'left alone' : 'installed again'}`, context => {
    const wanted = '{"":{},"a":{"integrity":"1"},"b":{"integrity":"9","optional":true}}'
    const script = `NODE=${process.execPath}; mkdir -p "$own"; echo '{"packages":${wanted}}' >"$home/package-lock.json"
      echo '{"packages":${present}}' >"$home/node_modules/.package-lock.json"; npm_with() { echo ci; }; install_modules; have_modules && echo recorded`
    assert.equal(bash(context, script).stdout, 'recorded\n')
    assert.equal(bash(context, script).stderr.includes('installing'), !matches)
  })
}

test('missing packages are named, the others are not', context => {
  assert.equal(bash(context, 'PACKAGES=(one:/bin/sh two:/no/two three:/no/three); missing_packages; echo "${MISSING[*]}"').stdout, 'two three\n')
})

test('a command that works says nothing; one that fails shows what it said, shortened', context => {
  assert.deepEqual([bash(context, 'quietly echo hello').stdout, bash(context, 'quietly echo hello').stderr], ['', ''])
  const failed = bash(context, 'quietly sh -c "seq 100; exit 3" || echo failed')
  assert.equal(failed.stdout, 'failed\n')
  assert.match(failed.stderr, /^ {4}1\n/)
  assert.match(failed.stderr, / {4}\.\.\.\n[^]* {4}100\n$/)
  assert.ok(failed.stderr.split('\n').length < 45)
})

test('without root a missing package is a sentence', { skip: process.getuid?.() === 0 && 'runs as root' }, context => {
  const { stderr, status } = bash(context, 'PACKAGES=(gone:/no/such/file); verb=up; install_packages')
  assert.match(stderr, /gone is missing, and only root can install it/)
  assert.equal(status, 1)
})

test('a machine that is no Debian is told what to install', context => {
  const { stderr, status } = bash(context, 'PACKAGES=(gone:/no/such/file); command() { false; }; install_packages')
  assert.match(stderr, /these are missing: gone\. This is no Debian, so install them yourself/)
  assert.equal(status, 1)
})

test('the closing lines of several runs are added up', context => {
  const lines = (tests: number, failed: number) => `noise\\nℹ tests ${tests}\\nℹ suites 0\\nℹ pass ${tests - failed}\\nℹ fail ${failed}\\nℹ duration_ms 10.5\\n`
  const { stdout } = bash(context, `printf '${lines(5, 1)}' >"$home/a"; printf '${lines(3, 0)}' >"$home/b"; closing_lines "$home/a" "$home/b"`)
  assert.deepEqual(stdout.trim().split('\n'), ['ℹ tests 8', 'ℹ suites 0', 'ℹ pass 7', 'ℹ fail 1', 'ℹ duration_ms 21'])
})

test('a fault of the launcher itself is not silent', context => {
  const { stderr, status } = bash(context, 'install_kubectl() { false; }; find_node() { :; }; install_packages() { :; }; install_modules() { :; }; install_all')
  assert.match(stderr, /the launcher stopped at its line \d+/)
  assert.notEqual(status, 0)
})

for (const [code, wanted] of [['', 0], ['process.exit(1)', 1]] as const) {
  test(`k8ts test ends with ${wanted} when a test ${wanted ? 'fails' : 'passes'}`, context => {
    const { status, stdout } = bash(context, `
      NODE=${process.execPath}; export -n NODE_TEST_CONTEXT; unset NODE_TEST_CONTEXT; mkdir -p "$home/src"
      echo "import { test } from 'node:test'; test('it', () => { ${code} })" >"$home/src/a.test.ts"; run_all_tests src`)
    assert.equal(status, wanted)
    assert.match(stdout.trim().split('\n').at(-1)!, /^ℹ duration_ms/)
    assert.match(stdout, wanted ? /ℹ fail 1/ : /ℹ fail 0/)
  })
}
