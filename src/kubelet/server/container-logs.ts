import type { HttpResponse } from '../../host/http.ts'
import { badRequest, notFound, StatusError } from '../../machinery/status.ts'
import { readLog, type LogOptions } from '../logs/read-log.ts'
import { latestContainer, previousContainer, type RuntimeContainer } from '../pod-state.ts'
import type { PodWorker } from '../pod-worker.ts'
import type { ServerDeps } from './deps.ts'

const PODS = { group: '', plural: 'pods' }

/** The pod with this name that runs here. */
export function findWorker({ workers }: ServerDeps, namespace: string, name: string): PodWorker {
  const worker = [...workers.values()].find(({ pod: { metadata } }) => metadata.namespace === namespace && metadata.name === name)
  if (!worker) throw notFound(PODS, name)
  return worker
}

/** The container whose log is meant; throws what to tell who asked too early. */
function findContainer({ pod, state }: PodWorker, name: string, previous: boolean): RuntimeContainer {
  const known = [...(pod.spec.initContainers ?? []), ...pod.spec.containers, ...(pod.spec.ephemeralContainers ?? [])].some(spec => spec.name === name)
  if (!known) throw new StatusError('NotFound', `container ${name} not found in pod ${pod.metadata.name}_${pod.metadata.namespace}`)
  const latest = latestContainer(state, name)
  if (previous) {
    // While it waits to be started again, the last run is the previous one.
    const before = latest?.state === 'Exited' && isWaiting(pod, name) ? latest : previousContainer(state, name)
    if (!before) throw badRequest(`previous terminated container "${name}" in pod "${pod.metadata.name}" not found`)
    return before
  }
  if (!latest || latest.state === 'Created') throw badRequest(`container "${name}" in pod "${pod.metadata.name}" is waiting to start: ${waitingReason(pod, name)}`)
  return latest
}

const statusOf = ({ status }: PodWorker['pod'], name: string) =>
  [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? []), ...(status.ephemeralContainerStatuses ?? [])].find(each => each.name === name)
const isWaiting = (pod: PodWorker['pod'], name: string): boolean => statusOf(pod, name)?.state.waiting !== undefined
/** How upstream words these in the answer. */
const IMAGE_WORDS: Readonly<Record<string, string>> = { ErrImagePull: "image can't be pulled", ImagePullBackOff: 'trying and failing to pull image' }
const waitingReason = (pod: PodWorker['pod'], name: string): string => {
  const reason = statusOf(pod, name)?.state.waiting?.reason ?? 'ContainerCreating'
  return IMAGE_WORDS[reason] ?? reason
}

function number(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  if (!/^-?\d+$/.test(text)) throw badRequest(`invalid value "${text}" of ${name}`)
  return Number(text)
}

const flag = (query: URLSearchParams, name: string): boolean => ['true', '1', 't', 'T', 'TRUE', 'True'].includes(query.get(name) ?? '')

/** Reads PodLogOptions from a query. */
export function logOptions(query: URLSearchParams, nowMs: number): LogOptions & { previous: boolean } {
  const [tailLines, sinceSeconds, limitBytes] = [number(query, 'tailLines'), number(query, 'sinceSeconds'), number(query, 'limitBytes')]
  const sinceTime = query.get('sinceTime')
  const sinceMs = sinceTime ? Date.parse(sinceTime) : sinceSeconds === undefined ? undefined : nowMs - sinceSeconds * 1000
  if (sinceMs !== undefined && Number.isNaN(sinceMs)) throw badRequest(`invalid value "${sinceTime}" of sinceTime`)
  const stream = query.get('stream')?.toLowerCase()
  return {
    follow: flag(query, 'follow'), timestamps: flag(query, 'timestamps'), previous: flag(query, 'previous'),
    ...(tailLines !== undefined && { tailLines }), ...(limitBytes !== undefined && { limitBytes }), ...(sinceMs !== undefined && { sinceMs }),
    ...(stream === 'stdout' || stream === 'stderr' ? { stream } : {}),
  }
}

/** Answers with a container's log; with `follow` until the container ends or the client leaves. */
export async function serveLogs(deps: ServerDeps, [namespace = '', podName = '', name = '']: readonly string[], query: URLSearchParams, response: HttpResponse): Promise<void> {
  const worker = findWorker(deps, namespace, podName)
  const options = logOptions(query, deps.options.clock.now())
  const container = findContainer(worker, name, options.previous)
  const { files } = deps.options.host
  if (!(await files.exists(container.logPath))) throw badRequest(`the log of container "${name}" in pod "${podName}" is not there: ${container.logPath}`)
  const leaves = new AbortController()
  response.on('close', () => leaves.abort())
  response.writeHead(200, { 'Content-Type': 'text/plain' })
  ;(response as { flushHeaders?: () => void }).flushHeaders?.()
  const source = {
    files, path: container.logPath, changed: () => worker.changed(),
    isRunning: () => worker.state.containers.find(({ id }) => id === container.id)?.state === 'Running' && deps.workers.get(container.labels['io.kubernetes.pod.uid'] ?? '') === worker,
  }
  for await (const bytes of readLog(source, options, AbortSignal.any([leaves.signal, deps.signal]))) {
    if ((response as { write(data: Uint8Array): boolean }).write(bytes)) continue
    await new Promise<void>(resolve => {
      const done = (): void => { response.off('drain', done); response.off('close', done); resolve() }
      response.once('drain', done)
      response.once('close', done)
    })
  }
  response.end()
}
