import type { ClusterOptions } from '../options.ts'

/** A flag of one verb, besides the cluster's options. */
export interface FlagSpec {
  type: 'boolean' | 'string'
  help: string
  short?: string
  /** What stands for the value in help. */
  value?: string
}

/** What a verb is called with. */
export interface Call {
  options: ClusterOptions
  /** The cluster's options as they were written, to hand on to another k8ts. */
  optionArgs: readonly string[]
  flags: Readonly<Record<string, string | boolean | undefined>>
  positionals: readonly string[]
  env: NodeJS.ProcessEnv
  print(text: string): void
  /** A line for the person who waits; on stderr, so that output can be piped. */
  say(text: string): void
}

/** One command of the command line. */
export interface Verb {
  /** Positional arguments, for help: `FILE...`. */
  args?: string
  flags?: Readonly<Record<string, FlagSpec>>
  /** Takes everything after its name as positionals: another program's arguments. */
  raw?: boolean
  /** At most this many positionals; none when absent. */
  maxPositionals?: number
  /** The exit code, 0 when nothing is returned. Throws a StatusError for what a person can mend. */
  run(call: Call): Promise<number | void>
}

/** A verb as help lists it; its code is loaded when it is called. */
export interface VerbEntry {
  name: string
  summary: string
  load(): Promise<Verb>
}
