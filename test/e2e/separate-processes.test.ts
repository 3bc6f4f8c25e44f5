import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { componentNames } from '../../src/cluster/component.ts'
import { run } from './real-cluster.ts'

const root = new URL('../..', import.meta.url).pathname

/** Each component is a process of its own, with its own certificate, and may do what its roles say and no more. */
test('the components work as separate processes, each as itself', { timeout: 240_000 }, async () => {
  await using stack = new AsyncDisposableStack()
  const home = await mkdtemp('/tmp/k8ts-apart-')
  stack.defer(() => rm(home, { recursive: true, force: true }))
  const data = join(home, 'data')
  const options = ['--instance', `tapart${(process.pid % 1296).toString(36)}`, '--data-dir', data]
  const env = { HOME: home, KUBECONFIG: join(home, 'kubeconfig') }
  const kubectl = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await run('kubectl', ['--kubeconfig', join(data, 'admin.kubeconfig'), ...args], { env })
    assert.equal(code, 0, `kubectl ${args.join(' ')}: ${stderr}`)
    return stdout
  }
  stack.defer(async () => {
    const { code, stderr } = await run('./k8ts', ['down', '--purge', '--grace-period', '1', ...options], { env })
    assert.equal(code, 0, stderr)
  })
  const start = async (name: string): Promise<ChildProcess> => {
    const child = spawn('./k8ts', [name, ...options], { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    const ended = new Promise(resolve => child.once('exit', resolve))
    stack.defer(async () => {
      child.kill()
      await ended
    })
    let said = ''
    await new Promise<void>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr]) stream.on('data', text => { said += String(text); if (/ready$/m.test(said)) resolve() })
      child.once('exit', code => reject(new Error(`${name} ended with ${code}: ${said}`)))
    })
    return child
  }

  await start('apiserver')
  await Promise.all(componentNames.filter(name => name !== 'apiserver').map(start))
  await run('./k8ts', ['demo', '--images-only', ...options], { env })
  await kubectl('create', 'deployment', 'web', '--image=k8ts.local/web:1', '--replicas=2', '--port=80')
  await kubectl('expose', 'deployment', 'web')
  await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s')
  assert.match(await kubectl('exec', 'deployment/web', '--', 'timeout', '5', 'wget', '-qO-', 'http://web/'), /web-/)
  assert.match(await kubectl('logs', 'deployment/web'), /serves on port 80/)
  await kubectl('delete', 'deployment', 'web', '--cascade=foreground', '--timeout=60s')
  assert.equal(await kubectl('get', 'pods', '-o', 'name'), '')
})
