import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

export interface Output {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
}

/** Runs a command to its end; it is killed when it takes longer than a minute. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Output> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env: { ...process.env, ...options.env }, stdio: 'pipe', timeout: options.timeoutMs ?? 60_000, killSignal: 'SIGKILL' })
    const out: string[] = []
    const err: string[] = []
    child.stdout.setEncoding('utf8').on('data', text => out.push(text))
    child.stderr.setEncoding('utf8').on('data', text => err.push(text))
    child.on('error', reject)
    child.on('close', code => resolve({ code, stdout: out.join(''), stderr: err.join('') }))
    child.stdin.on('error', () => undefined).end(options.input ?? '')
  })
}

/** A real cluster in a folder of its own, with its own names and ports, and the real kubectl for it. */
export interface RealCluster {
  readonly instance: string
  readonly dataDir: string
  readonly kubeconfig: string
  /** Runs `./k8ts` for this cluster. */
  k8ts(...args: readonly string[]): Promise<Output>
  /** Runs kubectl; anything but exit code 0 fails the test with what it said. */
  kubectl(...args: readonly string[]): Promise<string>
  /** The same with a manifest on standard input. */
  apply(manifest: string): Promise<string>
  /** Runs kubectl for a failure that is wanted. */
  tryKubectl(...args: readonly string[]): Promise<Output>
  /** Asks again until `condition` holds; fails after a minute with the last answer. */
  eventually<T>(what: string, ask: () => Promise<T>, condition: (answer: T) => boolean, withinMs?: number): Promise<T>
  /** Stops it, removes its data, and answers what is left of it on the machine: it should be nothing. */
  close(): Promise<string[]>
}

/** Starts a cluster whose node is Ready, or fails with what `up` said. `name` has at most six letters. */
export async function startRealCluster(name: string, ...flags: readonly string[]): Promise<RealCluster> {
  const instance = `t${name}${(process.pid % 1296).toString(36)}`
  const home = await mkdtemp('/tmp/k8ts-test-')
  const dataDir = join(home, 'data')
  const options = ['--instance', instance, '--data-dir', dataDir, ...flags]
  const env = { HOME: home, KUBECONFIG: join(home, 'kubeconfig') }
  const kubeconfig = join(dataDir, 'admin.kubeconfig')
  const k8ts = (...args: readonly string[]): Promise<Output> => run('./k8ts', [...args, ...options], { env, timeoutMs: 180_000 })
  const tryKubectl = (...args: readonly string[]): Promise<Output> => run('kubectl', ['--kubeconfig', kubeconfig, ...args], { env })
  const cluster: RealCluster = {
    instance, dataDir, kubeconfig, k8ts, tryKubectl,
    async kubectl(...args) {
      const output = await tryKubectl(...args)
      assert.equal(output.code, 0, `kubectl ${args.join(' ')}: ${output.stderr || output.stdout}`)
      return output.stdout
    },
    async apply(manifest) {
      const output = await run('kubectl', ['--kubeconfig', kubeconfig, 'apply', '-f', '-'], { env, input: manifest })
      assert.equal(output.code, 0, `kubectl apply: ${output.stderr}`)
      return output.stdout
    },
    async eventually(what, ask, condition, withinMs = 60_000) {
      const end = Date.now() + withinMs
      for (;;) {
        const answer = await ask()
        if (condition(answer)) return answer
        if (Date.now() > end) assert.fail(`${what}: still ${JSON.stringify(answer)}`)
        await new Promise(resolve => setTimeout(resolve, 100))
      }
    },
    async close() {
      const output = await k8ts('down', '--purge', '--grace-period', '1')
      const left = await leftovers(instance, dataDir)
      await rm(home, { recursive: true, force: true })
      return output.code === 0 ? left : [`down: ${output.stderr}`, ...left]
    },
  }
  const started = await k8ts('up')
  if (started.code !== 0) {
    const logs = await k8ts('logs')
    await cluster.close()
    assert.fail(`up: ${started.stderr}\n${started.stdout}\n${logs.stdout.split('\n').slice(-30).join('\n')}`)
  }
  return cluster
}

/** What of a cluster can still be found: processes, mounts, namespaces, interfaces, nftables rules, cgroups, files. */
async function leftovers(instance: string, dataDir: string): Promise<string[]> {
  const look = async (label: string, command: string): Promise<string[]> =>
    (await run('sh', ['-c', command])).stdout.split('\n').filter(Boolean).map(line => `${label}: ${line}`)
  const found = await Promise.all([
    look('process', `for p in /proc/[0-9]*; do [ "$p" = /proc/$$ ] || tr '\\0' ' ' < $p/cmdline 2>/dev/null | grep -F -e '${dataDir}' -e '/run/${instance}/' | grep -v grep; done`),
    look('mount', `grep -F -e '${dataDir}' -e '/run/${instance}/' /proc/mounts`),
    look('interface', `ip -o link | grep -F '${instance}'`),
    look('nftables', `nft list tables | grep -F '${instance}'`),
    look('cgroup', `find /sys/fs/cgroup -maxdepth 2 -type d -name '${instance}*'`),
    look('file', `ls -d ${dataDir} /run/${instance} 2>/dev/null`),
  ])
  return found.flat()
}
