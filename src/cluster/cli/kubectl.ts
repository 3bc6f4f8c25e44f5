import { spawn } from 'node:child_process'
import { layoutOf } from '../layout.ts'
import type { Verb } from './verb.ts'

export const kubectl: Verb = {
  args: '[kubectl arguments]', raw: true,
  run({ options, positionals, env }) {
    const child = spawn('kubectl', positionals, { stdio: 'inherit', env: { ...env, KUBECONFIG: layoutOf(options).adminKubeconfig } })
    // The terminal sends Ctrl-C to both; kubectl decides what it means.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined)
    return new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code, signal) => resolve(code ?? (signal ? 1 : 0)))
    })
  },
}
