import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// Before anything else is loaded: compiled once, every later start takes the code from here.
enableCompileCache(fileURLToPath(new URL('../../../.k8ts/compile-cache', import.meta.url)))
const { runCommandLine } = await import('./command-line.ts')
process.exitCode = await runCommandLine(process.argv.slice(2), process.env)
