import type { Host } from '../host/host.ts'
import { openLog } from '../host/log.ts'
import { sleep, type Clock } from '../machinery/clock.ts'
import { errorMessage, type Log } from '../machinery/log.ts'
import { createMetrics } from '../machinery/metrics.ts'
import { systemRandom } from '../machinery/random.ts'
import { StatusError } from '../machinery/status.ts'
import { createApiAccess } from './api-access.ts'
import { CertificateRenewal } from './certificate-renewal.ts'
import { authorities, certificateSpecs } from './certificate-specs.ts'
import { claimInstance, type Report } from './claim.ts'
import type { Component, ComponentContext } from './component.ts'
import { ensureIdentities, serverUrl } from './identities.ts'
import { layoutOf, type Layout } from './layout.ts'
import type { ClusterOptions } from './options.ts'
import type { Part } from './parts.ts'
import { requireCgroups, requireFreePorts } from './preflight.ts'
import { currentBootId, readState, recordOf, writeState, type ClusterState } from './state.ts'
import { VERSION } from './version.ts'

export interface ServeRequest {
  host: Host
  clock: Clock
  options: ClusterOptions
  parts: readonly Part[]
  /** Told besides the followers of the claim: a pipe, a terminal, a service manager. */
  report(report: Report): void
  /** Aborted when the server shall end. */
  stopped: AbortSignal
  /** Appends the log here, or to stderr without it. */
  logFile?: string
  /** For a single part: how it reaches the API server, in place of its own kubeconfig in the data folder. */
  kubeconfig?: string
}

const MAX_LOG_BYTES = 20 << 20

/** The log of the run before is kept as `.1` once it is large. */
async function openServerLog({ files }: Host, { logLevel }: ClusterOptions, file: string | undefined): Promise<Log> {
  if (file === undefined) return openLog({ level: logLevel })
  const present = await files.stat(file)
  if (present && present.size > MAX_LOG_BYTES) await files.rename(file, `${file}.1`)
  return openLog({ level: logLevel, format: 'json', file })
}

/** `state.json` of the running server. Writes follow each other, the newest content last. */
async function openState({ host, clock, options, parts }: ServeRequest, layout: Layout) {
  const previous = await readState(host.files, layout.stateFile)
  let state: ClusterState = {
    instance: options.instance, version: VERSION, phase: 'starting', bootId: await currentBootId(host.files), startedAt: new Date(clock.now()).toISOString(),
    nodeName: options.nodeName, server: serverUrl(options), kubeconfig: layout.adminKubeconfig,
    processes: [await recordOf(host.processes, parts.length === 1 ? parts[0]!.name : 'k8ts', host.processes.pid)], ports: {},
  }
  let writing = Promise.resolve()
  const change = (next: (state: ClusterState) => ClusterState): Promise<void> => {
    state = next(state)
    const written = writing.then(() => writeState(host.files, layout.stateFile, state))
    writing = written.catch(() => undefined)
    return written
  }
  return { previous, change }
}

/** Runs parts of a cluster in this process until told to stop. Throws when they cannot start or cannot go on; running containers are never touched. */
export async function serve(request: ServeRequest): Promise<void> {
  const { clock, options, parts } = request
  const layout = layoutOf(options)
  const single = parts.length === 1
  const claim = await claimInstance(single ? `${options.instance}/${parts[0]!.name}` : options.instance)
  if (!claim) throw new StatusError('Conflict', `${options.instance} runs already: see "k8ts status", or choose another --instance`)
  const startedMs = clock.monotonic()
  const tell = (report: Report): void => {
    request.report(report)
    claim.report(report)
  }
  const progress = (message: string): void => tell({ type: 'progress', message, atMs: clock.monotonic() - startedMs })
  try {
    await run({ ...request, report: tell }, layout, progress)
  } catch (error) {
    tell({ type: 'failed', message: errorMessage(error) })
    throw error
  } finally {
    await claim.release()
  }
}

async function run(request: ServeRequest, layout: Layout, progress: (message: string) => void): Promise<void> {
  const { host, clock, options, parts, logFile } = request
  const whole = parts.length > 1
  if (parts.some(({ name }) => name === 'node' || name === 'kubelet')) await requireCgroups(host)
  if (whole) await requireFreePorts(host, options)
  await host.files.makeDirectory(layout.dataDir, 0o711)
  for (const directory of [layout.runDir, layout.kubeletDir]) await host.files.makeDirectory(directory, 0o711)
  // Secrets in clear are nobody else's to read.
  for (const directory of [layout.logDir, layout.storageDir]) await host.files.makeDirectory(directory, 0o700)
  const log = await openServerLog(host, options, logFile)
  const state = await openState(request, whole ? layout : { ...layout, stateFile: `${layout.dataDir}/state-${parts[0]!.name}.json` })
  if (state.previous && state.previous.phase !== 'stopped') {
    log.warn('the run before did not end in order', { phase: state.previous.phase })
    if (state.previous.phase !== 'failed') progress('the run before was cut off: taking over what it left')
  }
  const pki = await alone(`${options.instance}/pki`, clock, () => ensureIdentities({ files: host.files, clock, options, layout }))
  const renewal = await renewCertificates(request, layout, log)
  if (pki.issued.length > 0) progress(`issued ${pki.issued.length} certificates and keys`)
  const hasApi = parts.some(({ name }) => name === 'control-plane' || name === 'apiserver')
  const kubeconfig = hasApi ? undefined : (request.kubeconfig ?? layout.kubeconfigOf(parts[0]!.name))
  const reach = kubeconfig !== undefined && { kubeconfig }
  const api = createApiAccess({ host, clock, random: systemRandom, log, ...reach })
  try {
    await runParts(request, state.change, { options, layout, pki, host, clock, random: systemRandom, log, metrics: createMetrics(), progress, api, ...reach })
  } finally {
    renewal.stop()
    api.close()
  }
}

/** Certificates are renewed while the server runs, too. */
async function renewCertificates({ host: { files }, clock, options }: ServeRequest, layout: Layout, log: Log): Promise<CertificateRenewal> {
  const names = [...Object.keys(authorities), ...certificateSpecs(options, []).map(({ name }) => name)]
  const renewal = new CertificateRenewal({
    files, clock, log, paths: () => names.map(name => `${layout.pkiDir}/${name}.crt`),
    renew: async () => (await alone(`${options.instance}/pki`, clock, () => ensureIdentities({ files, clock, options, layout }))).issued,
  })
  await renewal.start()
  return renewal
}

const RETRY_MS = 20

/** Components that start at the same moment, each as a process of its own, must not make two authorities. */
async function alone<T>(name: string, clock: Clock, action: () => Promise<T>): Promise<T> {
  while (true) {
    const claim = await claimInstance(name)
    if (claim) return action().finally(() => claim.release())
    await sleep(clock, RETRY_MS)
  }
}

type ChangeState = (next: (state: ClusterState) => ClusterState) => Promise<void>
type GivenContext = Omit<ComponentContext, 'recordProcess' | 'recordPort' | 'fail'>

async function runParts({ host, parts, stopped, report }: ServeRequest, changeState: ChangeState, given: GivenContext): Promise<void> {
  const { log } = given
  const failure = Promise.withResolvers<never>()
  failure.promise.catch(() => undefined)
  // What runs goes on when it cannot be written down: on a full disk, say.
  const update = (next: (state: ClusterState) => ClusterState): void => void changeState(next).catch(error => log.error('cannot write the state', { error }))
  const context: ComponentContext = {
    ...given,
    recordProcess: (name, pid) => void recordOf(host.processes, name, pid).then(record =>
      update(before => ({ ...before, processes: [...before.processes.filter(other => other.name !== name), record] }))),
    recordPort: (name, port) => update(before => ({ ...before, ports: { ...before.ports, [name]: port } })),
    fail: failure.reject,
  }
  const running: Component[] = []
  const finish = (last: Partial<ClusterState>): Promise<void> =>
    changeState(before => ({ ...before, ...last })).catch(error => log.error('cannot write the state', { error }))
  try {
    await changeState(before => before)
    for (const { name, load } of parts) running.push((await load())({ ...context, log: log.with({ component: name }) }))
    const ready = Promise.all(running.map(component => component.ready)).then(() => 'ready' as const)
    const over = aborted(stopped)
    if ((await Promise.race([ready, over, failure.promise])) === 'ready') {
      await changeState(before => ({ ...before, phase: 'ready' }))
      report({ type: 'ready' })
      await Promise.race([over, failure.promise])
    }
    await stopAll(running, finish, given)
    await finish({ phase: 'stopped' })
  } catch (error) {
    log.error('cannot go on', { error })
    await stopAll(running, finish, given)
    await finish({ phase: 'failed', reason: errorMessage(error) })
    throw error
  }
}

const aborted = (signal: AbortSignal): Promise<'stopped'> => new Promise(resolve => {
  if (signal.aborted) resolve('stopped')
  signal.addEventListener('abort', () => resolve('stopped'), { once: true })
})

/** In the reverse order of their start. A part that fails to stop does not keep the others from it. */
async function stopAll(running: readonly Component[], finish: (last: Partial<ClusterState>) => Promise<void>, { api, log }: Pick<GivenContext, 'api' | 'log'>): Promise<void> {
  await finish({ phase: 'stopping' })
  api.abandon()
  for (const component of [...running].reverse()) await component.stop().catch(error => log.error('a part did not stop in order', { error }))
}
