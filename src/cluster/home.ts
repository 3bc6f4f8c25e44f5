import { fileURLToPath } from 'node:url'

/** The folder that k8ts lies in: with `examples/` and `node_modules/`. The launcher says it, since a bundle lies elsewhere than the sources. */
export const homeFolder = (env: NodeJS.ProcessEnv): string => env['K8TS_HOME'] ?? fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
