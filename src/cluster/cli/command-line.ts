import { badRequest, StatusError } from '../../machinery/status.ts'
import { readOptions } from '../options.ts'
import { verbs } from './index.ts'
import { parseArguments, suggestion } from './parse-arguments.ts'

const print = (text: string): void => void process.stdout.write(`${text}\n`)
const say = (text: string): void => void process.stderr.write(`k8ts: ${text}\n`)

/** Runs one command line and returns the exit code. Errors that a person can mend are one sentence; only our own faults show a stack. */
export async function runCommandLine(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  // A reader that has seen enough (`k8ts logs | head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => { if (error.code === 'EPIPE') process.exit(0) })
  try {
    return await dispatch(args, env)
  } catch (error) {
    if (!(error instanceof StatusError)) say(error instanceof Error ? (error.stack ?? error.message) : String(error))
    else say(error.message)
    return 1
  }
}

async function dispatch([first = 'help', ...rest]: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const name = ['-h', '--help'].includes(first) ? 'help' : first === '--version' ? 'version' : first
  const entry = verbs.find(verb => verb.name === name)
  if (!entry) throw badRequest(`there is no command "${name}"${suggestion(name, verbs.map(verb => verb.name), '')}`)
  const verb = await entry.load()
  const parsed = parseArguments(verb, rest)
  const call = { ...parsed, env, print, say }
  if (parsed.flags['help']) {
    const help = (await import('./help.ts')).helpOf(verbs)
    return (await help.run({ ...call, options: readOptions(), positionals: [name] })) ?? 0
  }
  return (await verb.run({ ...call, options: readOptions(parsed.options, env) })) ?? 0
}
