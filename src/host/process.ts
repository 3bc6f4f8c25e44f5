import { spawn as spawnNode, type ChildProcess as NodeChild, type StdioOptions } from 'node:child_process'
import { openSync, closeSync } from 'node:fs'
import * as fs from 'node:fs/promises'
import { basename } from 'node:path'
import type { Writable } from 'node:stream'
import { systemClock } from '../machinery/clock.ts'

export type Signal = 'SIGTERM' | 'SIGKILL' | 'SIGINT' | 'SIGHUP' | 'SIGUSR1' | 'SIGUSR2' | 'SIGSTOP' | 'SIGCONT'

/** How a process ended: with a code, or by a signal. */
export interface Exit {
  code: number | undefined
  signal: string | undefined
}

export interface RunOptions {
  input?: string | Uint8Array | AsyncIterable<Uint8Array>
  /** SIGKILL to the whole process group after this long; the result's `timedOut` says so. */
  timeoutMs?: number
  signal?: AbortSignal
  cwd?: string
  /** In place of this process's own environment. */
  env?: Readonly<Record<string, string>>
}

export interface RunResult extends Exit {
  command: readonly string[]
  stdout: Uint8Array
  stderr: Uint8Array
  timedOut: boolean
}

export interface SpawnOptions {
  cwd?: string
  env?: Readonly<Record<string, string>>
  /** File that stdout and stderr are appended to; without it they are dropped. */
  logFile?: string
  /** Its own session: it lives on when this process ends. */
  detached?: boolean
}

/** A child started with `spawn`. */
export interface Child {
  pid: number
  exited: Promise<Exit>
  kill(signal: Signal): boolean
}

/** A process of the machine, as /proc tells. `startedAtTicks` with `pid` names it for good: pids are used again. */
export interface ProcessInfo {
  pid: number
  parentPid: number
  groupId: number
  state: string
  startedAtTicks: number
  command: readonly string[]
}

/** Commands, children and signals. */
export interface Processes {
  /** Runs a command to its end with its output captured. A code other than 0 is a result, not a throw; a command that cannot be started throws. */
  run(command: readonly string[], options?: RunOptions): Promise<RunResult>
  /** Starts a process that goes on. Throws when it cannot be started. */
  spawn(command: readonly string[], options?: SpawnOptions): Promise<Child>
  /** Says whether there was such a process (zombies included). */
  signal(pid: number, signal: Signal | 0): boolean
  signalGroup(groupId: number, signal: Signal): boolean
  /** `undefined` when there is no such process. */
  info(pid: number): Promise<ProcessInfo | undefined>
  list(): Promise<ProcessInfo[]>
  /** Path of a command in the usual directories, sbin included; `undefined` when there is none. */
  find(command: string): Promise<string | undefined>
  /** Whether this process effectively holds the capability with this bit number. */
  hasCapability(bit: number): Promise<boolean>
  readonly pid: number
}

/** Bits of the capabilities that are asked for (capability.h). */
export const capabilities = { sysAdmin: 21, sysResource: 24 } as const

/** What a command printed, as text. */
export const outputOf = (result: RunResult): string => Buffer.from(result.stdout).toString()

/** What a failed command said, for an error message: the last lines of stderr, else of stdout. */
export function failureOf(result: RunResult): string {
  const said = (Buffer.from(result.stderr).toString().trim() || outputOf(result).trim()).split('\n').slice(-5).join('\n')
  const how = result.timedOut ? 'timed out' : result.signal ? `was killed by ${result.signal}` : `exited with code ${result.code}`
  return `${basename(result.command[0] ?? '')} ${how}${said && `: ${said}`}`
}

/** `run` for commands that must succeed: returns stdout as text, throws with what the command said otherwise. */
export async function runOrThrow(processes: Processes, command: readonly string[], options?: RunOptions): Promise<string> {
  const result = await processes.run(command, options)
  if (result.code !== 0) throw new Error(failureOf(result))
  return outputOf(result)
}

/** Fixed, so that a sparse PATH (cron, systemd) hides nothing: `nft` and `ip` lie in sbin. */
const COMMAND_DIRECTORIES = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

const exitOf = (child: NodeChild): Promise<Exit> =>
  new Promise(resolve => child.once('exit', (code, signal) => resolve({ code: code ?? undefined, signal: signal ?? undefined })))

const spawned = (child: NodeChild, name: string): Promise<void> =>
  new Promise((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new Error(`${name}: command not found`, { cause: error }) : error))
  })

const withoutSuccess = (signal: () => void): boolean => {
  try {
    signal()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

/** Until more may be written, or nobody reads any more. */
const drained = (stream: Writable): Promise<void> =>
  new Promise(resolve => {
    const done = (): void => {
      stream.off('drain', done).off('close', done)
      resolve()
    }
    stream.on('drain', done).on('close', done)
  })

async function feed(child: NodeChild, input: RunOptions['input']): Promise<void> {
  const stdin = child.stdin!
  // A command that ends without reading its input is judged by its exit code, not by our EPIPE.
  stdin.on('error', () => undefined)
  if (input === undefined || typeof input === 'string' || input instanceof Uint8Array) return void stdin.end(input)
  for await (const chunk of input) {
    if (stdin.destroyed) return
    if (!stdin.write(chunk)) await drained(stdin)
  }
  stdin.end()
}

async function run(command: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  options.signal?.throwIfAborted()
  const [name = '', ...args] = command
  const child = spawnNode(name, args, {
    stdio: 'pipe', detached: true, ...(options.cwd && { cwd: options.cwd }), ...(options.env && { env: options.env }),
  })
  const closed = new Promise<Exit>(resolve => child.once('close', (code, signal) => resolve({ code: code ?? undefined, signal: signal ?? undefined })))
  await spawned(child, name)
  let timedOut = false
  const killAll = (): void => void withoutSuccess(() => process.kill(-child.pid!, 'SIGKILL'))
  const timer = options.timeoutMs === undefined ? undefined : systemClock.after(options.timeoutMs, () => { timedOut = true; killAll() })
  options.signal?.addEventListener('abort', killAll, { once: true })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout!.on('data', chunk => stdout.push(chunk))
  child.stderr!.on('data', chunk => stderr.push(chunk))
  try {
    const [exit] = await Promise.all([closed, feed(child, options.input)])
    options.signal?.throwIfAborted()
    return { command, ...exit, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr), timedOut }
  } catch (error) {
    killAll()
    throw error
  } finally {
    timer?.cancel()
    options.signal?.removeEventListener('abort', killAll)
  }
}

async function spawn(command: readonly string[], options: SpawnOptions = {}): Promise<Child> {
  const [name = '', ...args] = command
  const log = options.logFile === undefined ? undefined : openSync(options.logFile, 'a', 0o600)
  const stdio: StdioOptions = ['ignore', log ?? 'ignore', log ?? 'ignore']
  const child = spawnNode(name, args, {
    stdio, ...(options.cwd && { cwd: options.cwd }), ...(options.env && { env: options.env }), detached: options.detached ?? false,
  })
  if (log !== undefined) closeSync(log)
  const exited = exitOf(child)
  await spawned(child, name)
  child.unref()
  return { pid: child.pid!, exited, kill: signal => child.kill(signal) }
}

async function info(pid: number): Promise<ProcessInfo | undefined> {
  try {
    const [stat, cmdline] = await Promise.all([fs.readFile(`/proc/${pid}/stat`, 'utf8'), fs.readFile(`/proc/${pid}/cmdline`, 'utf8')])
    // The name in parentheses may hold anything, spaces and parentheses too: the fields start after the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return {
      pid, state: fields[0]!, parentPid: Number(fields[1]), groupId: Number(fields[2]), startedAtTicks: Number(fields[19]),
      command: cmdline.split('\0').slice(0, -1),
    }
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

async function find(command: string): Promise<string | undefined> {
  for (const directory of COMMAND_DIRECTORIES) {
    const path = `${directory}/${command}`
    if (await fs.access(path, fs.constants.X_OK).then(() => true, () => false)) return path
  }
  return undefined
}

/** The machine's processes. */
export const realProcesses: Processes = {
  run, spawn, info, find,
  signal: (pid, signal) => withoutSuccess(() => process.kill(pid, signal)),
  signalGroup: (groupId, signal) => withoutSuccess(() => process.kill(-groupId, signal)),
  async list() {
    const pids = (await fs.readdir('/proc')).filter(name => /^\d+$/.test(name))
    return (await Promise.all(pids.map(pid => info(Number(pid))))).filter(found => found !== undefined)
  },
  async hasCapability(bit) {
    const effective = /^CapEff:\s*([0-9a-f]+)/m.exec(await fs.readFile('/proc/self/status', 'utf8'))?.[1] ?? '0'
    return (BigInt(`0x${effective}`) >> BigInt(bit)) % 2n === 1n
  },
  pid: process.pid,
}

/** No processes at all, unless `run` is given: for nodes without an OS. */
export function memoryProcesses(runCommand?: Processes['run']): Processes {
  const none = async (command: readonly string[]): Promise<never> => { throw new Error(`${command[0]}: command not found`) }
  return {
    run: runCommand ?? none, spawn: none, pid: 1,
    signal: () => false, signalGroup: () => false,
    info: async () => undefined, list: async () => [], find: async () => undefined, hasCapability: async () => true,
  }
}
