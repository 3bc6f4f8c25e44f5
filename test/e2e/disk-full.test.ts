import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { run } from './real-cluster.ts'

/** A single API server whose data lies on a disk of 24 MB. */
test('a full disk is a clear error, corrupts nothing, and is over when there is room again', { timeout: 120_000 }, async () => {
  await using stack = new AsyncDisposableStack()
  const home = await mkdtemp('/tmp/k8ts-full-')
  stack.defer(() => rm(home, { recursive: true, force: true }))
  const data = join(home, 'data')
  assert.equal((await run('sh', ['-c', `mkdir ${data} && mount -t tmpfs -o size=24m tmpfs ${data}`])).code, 0)
  stack.defer(async () => void (await run('umount', ['-l', data])))
  const instance = `tfull${(process.pid % 1296).toString(36)}`
  const args = ['apiserver', '--instance', instance, '--data-dir', data]
  const { spawn } = await import('node:child_process')
  const server = spawn('./k8ts', args, { cwd: new URL('../..', import.meta.url).pathname, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, HOME: home } })
  const ended = new Promise(resolve => server.once('exit', resolve))
  stack.defer(async () => {
    server.kill()
    await ended
  })
  await new Promise<void>((resolve, reject) => {
    server.stderr.on('data', text => { if (/ready/.test(String(text))) resolve() })
    server.stdout.on('data', text => { if (/ready/.test(String(text))) resolve() })
    server.once('exit', code => reject(new Error(`the server ended with ${code}`)))
  })
  const kubectl = (...command: readonly string[]) => run('kubectl', ['--kubeconfig', join(data, 'admin.kubeconfig'), ...command])
  const succeeds = async (...command: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await kubectl(...command)
    assert.equal(code, 0, stderr)
    return stdout
  }

  await succeeds('create', 'configmap', 'before', '--from-literal=a=b')
  await run('sh', ['-c', `head -c 64m /dev/zero > ${data}/ballast`])
  const refusals: string[] = []
  const large = `--from-literal=a=${'x'.repeat(100_000)}`
  for (let number = 0; number < 300 && refusals.length === 0; number++) {
    const { code, stderr } = await kubectl('create', 'configmap', `filler-${number}`, large)
    if (code !== 0) refusals.push(stderr)
  }
  assert.match(refusals[0] ?? 'nothing was refused', /full|space/i)
  await succeeds('get', 'configmap', 'before')
  await run('rm', ['-f', `${data}/ballast`])
  await succeeds('create', 'configmap', 'after', '--from-literal=a=b')
  assert.match(await succeeds('get', 'configmaps', '-o', 'name'), /configmap\/after[\s\S]*configmap\/before/)
})
