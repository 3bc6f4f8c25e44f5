import { badRequest } from '../../machinery/status.ts'
import { flagOf, optionSpecs, variableOf } from '../options.ts'
import { flagLines, suggestion } from './parse-arguments.ts'
import type { Verb, VerbEntry } from './verb.ts'

const defaults = (): Record<string, string> => {
  const texts: Record<string, string> = {}
  for (const [name, spec] of Object.entries(optionSpecs)) texts[name] = spec.default(texts)
  return texts
}

function optionLines(): string[] {
  const texts = defaults()
  return Object.entries(optionSpecs).map(([name, { value, help }]) =>
    `  ${`--${flagOf(name)} ${value}`.padEnd(36)} ${help}${texts[name] ? ` (${texts[name]})` : ''}; ${variableOf(name)}`)
}

const overview = (verbs: readonly VerbEntry[]): string => [
  'k8ts: Kubernetes in TypeScript. One command, a real cluster.', '', 'Usage: k8ts COMMAND [flags]', '',
  ...verbs.map(({ name, summary }) => `  ${name.padEnd(20)} ${summary}`), '',
  'Every command takes these, as a flag or from the variable named last:', ...optionLines(),
].join('\n')

/** Tells of these verbs, or of one of them. */
export const helpOf = (verbs: readonly VerbEntry[]): Verb => ({
  args: '[COMMAND]', maxPositionals: 1,
  async run({ positionals: [name], print }) {
    if (name === undefined) return print(overview(verbs))
    const entry = verbs.find(verb => verb.name === name)
    if (!entry) throw badRequest(`there is no command "${name}"${suggestion(name, verbs.map(verb => verb.name), '')}`)
    const { args, flags = {} } = await entry.load()
    print([`k8ts ${name}${args ? ` ${args}` : ''}: ${entry.summary}`, ...(Object.keys(flags).length > 0 ? ['', ...flagLines(flags)] : []),
      '', 'The options of the cluster ("k8ts help") hold here too.'].join('\n'))
  },
})
