import { parseArgs } from 'node:util'
import { badRequest } from '../../machinery/status.ts'
import { flagOf, optionSpecs } from '../options.ts'
import type { FlagSpec, Verb } from './verb.ts'

export interface ParsedArguments {
  /** The cluster's options by name, as texts. */
  options: Record<string, string>
  optionArgs: string[]
  flags: Record<string, string | boolean>
  positionals: string[]
}

const nameOf = (flag: string): string => flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** Reads what stands after the verb. Throws a sentence about the first thing that does not fit. */
export function parseArguments(verb: Verb, args: readonly string[]): ParsedArguments {
  if (verb.raw) return parseRaw(verb, args)
  const own = verb.flags ?? {}
  const known: Record<string, { type: 'string' | 'boolean'; short?: string }> = { help: { type: 'boolean', short: 'h' } }
  for (const name of Object.keys(optionSpecs)) known[flagOf(name)] = { type: 'string' }
  for (const [flag, { type, short }] of Object.entries(own)) known[flag] = { type, ...(short && { short }) }

  const { tokens } = parseArgs({ args: [...args], options: known, strict: false, allowPositionals: true, tokens: true })
  const parsed: ParsedArguments = { options: {}, optionArgs: [], flags: {}, positionals: [] }
  for (const token of tokens) {
    if (token.kind === 'positional') parsed.positionals.push(token.value)
    if (token.kind !== 'option') continue
    const spec = Object.hasOwn(known, token.name) ? known[token.name] : undefined
    if (!spec) throw badRequest(`there is no flag ${token.rawName}${suggestion(token.name, Object.keys(known))}`)
    if (spec.type === 'boolean') {
      if (token.value !== undefined) throw badRequest(`--${token.name} takes no value`)
      parsed.flags[token.name] = true
    } else if (token.value === undefined || (!token.inlineValue && /^--./.test(token.value))) throw badRequest(`--${token.name} needs a value`)
    else if (Object.hasOwn(own, token.name)) parsed.flags[token.name] = token.value
    else {
      const name = nameOf(token.name)
      const before = (optionSpecs as Readonly<Record<string, { repeats?: boolean }>>)[name]?.repeats ? parsed.options[name] : undefined
      parsed.options[name] = before === undefined ? token.value : `${before},${token.value}`
      parsed.optionArgs.push(`--${token.name}=${token.value}`)
    }
  }
  const extra = parsed.positionals[verb.maxPositionals ?? 0]
  if (extra !== undefined) throw badRequest(`what is "${extra}"? It is more than this command takes`)
  return parsed
}

/** The cluster's options may stand first; from the first other word on, all belongs to the other program. */
function parseRaw(verb: Verb, args: readonly string[]): ParsedArguments {
  let end = 0
  while (end < args.length) {
    const [, flag, inline] = /^--([a-z-]+)(=.*)?$/.exec(args[end]!) ?? []
    if (flag === undefined || !RAW_OPTIONS.includes(flag)) break
    end += inline === undefined ? 2 : 1
  }
  const { options, optionArgs } = parseArguments({ run: verb.run }, args.slice(0, end))
  return { options, optionArgs, flags: {}, positionals: args.slice(end) }
}

/** What tells which cluster is meant; kubectl has no flags of these names. */
const RAW_OPTIONS = ['instance', 'data-dir']

/** ` (did you mean --port?)`, when something known is near. */
export function suggestion(given: string, known: readonly string[], prefix = '--'): string {
  const [nearest] = known.map(name => ({ name, distance: editDistance(given, name) })).sort((a, b) => a.distance - b.distance)
  return nearest && nearest.distance <= Math.max(1, Math.floor(given.length / 3)) ? `: did you mean ${prefix}${nearest.name}?` : ': see "k8ts help"'
}

/** How many letters to insert, delete, replace or swap with their neighbour (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      row[j] = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, replaced)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j]!, rows[i - 2]![j - 2]! + 1)
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}

/** The flags of a verb with their help, one line each. */
export const flagLines = (flags: Readonly<Record<string, FlagSpec>>): string[] =>
  Object.entries(flags).map(([flag, { help, short, value }]) => `  ${`${short ? `-${short}, ` : ''}--${flag}${value ? ` ${value}` : ''}`.padEnd(34)} ${help}`)
