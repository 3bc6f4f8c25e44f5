import type { WatchEvent } from '../../api/request.ts'
import { apiVersionOf, type AnyResource, type KubeObject } from '../../api/resource.ts'
import { decode } from '../../machinery/schema/decode.ts'
import { gone, StatusError } from '../../machinery/status.ts'
import type { CacheEvent } from '../../storage/cache-entry.ts'
import type { CacheWatch, Gone } from '../../storage/cache-watch.ts'
import type { Snapshot } from '../../storage/cache-snapshot.ts'
import { keyOf, prefixOf, stamp, type Entry } from '../stores.ts'
import { servedOf, type Call } from '../call.ts'
import { asStored } from '../stored-call.ts'
import { checkListOptions, revisionOf } from '../options.ts'
import { selectionOf, type Selection } from '../selection.ts'
import { toServedVersion } from '../versions.ts'
import type { Server } from './verb.ts'

/** A watch event, and where it came from: its bytes may be there already. */
export interface Delivery extends WatchEvent {
  /** The event as all watchers see it whose selectors keep the object. */
  readonly event?: CacheEvent<KubeObject>
  /** An object that was there before the watch began. */
  readonly entry?: Entry
}

const BOOKMARK_EVERY_MS = 60_000
const SHORTEST_DEFAULT_MS = 1_800_000
/** Objects delivered together while a watch begins, so that others get their turn in between. */
const FIRST_BATCH = 500
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end'

interface Begin {
  /** What is there when the watch begins, where the client wants that first. */
  readonly snapshot?: Snapshot<KubeObject>
  readonly afterRevision: number
  /** A bookmark tells the end of the first events. */
  readonly marksEnd: boolean
}

/**
 * Opens a watch. What is wrong with the request throws here, before anything is delivered; a version that is no longer held throws on the
 * first read. Ends with the call's signal, or when the watch's time is up.
 */
export async function openWatch(server: Server, asked: Call): Promise<AsyncIterable<readonly Delivery[]>> {
  const call = asStored(asked)
  const { resource, options } = call
  checkListOptions(options, true)
  const selection = selectionOf(servedOf(call), options)
  let begin: Begin
  try {
    begin = await beginOf(server, call)
  } catch (error) {
    // The stream has begun for a client that waits for first events: it is told in the stream.
    if (options.sendInitialEvents && error instanceof StatusError && error.reason === 'Timeout') return failing(error)
    throw error
  }
  const end = new AbortController()
  const abort = (): void => end.abort()
  call.signal?.addEventListener('abort', abort, { once: true })
  server.stopping.addEventListener('abort', abort, { once: true })
  if (call.signal?.aborted || server.stopping.aborted) end.abort()
  const watch = server.stores.of(resource).watch({ prefix: watchPrefix(call, selection), afterRevision: begin.afterRevision, signal: end.signal, ...indexOf(resource, selection) })
  return deliver(server, call, { begin, selection, watch, end, abort })
}

// eslint-disable-next-line require-yield
async function* failing(error: StatusError): AsyncGenerator<readonly Delivery[], void> {
  throw error
}

/** No list ever answers this version, so nobody goes on from it: those who ask for it want to see what becomes of versions that are gone. */
const BEFORE_ALL = 1

/** Where a watch begins, by the letter of resourceVersion and sendInitialEvents. */
async function beginOf({ stores }: Server, { resource, options }: Call): Promise<Begin> {
  const store = stores.of(resource)
  const version = revisionOf(options.resourceVersion, why => new StatusError('', why))
  const bookmarks = options.allowWatchBookmarks === true
  if (options.sendInitialEvents === undefined && version > 0) return { afterRevision: version, marksEnd: false }
  if (options.sendInitialEvents === false) {
    if (version > 0) return { afterRevision: version, marksEnd: false }
    if (options.resourceVersion === undefined) await stores.fresh(resource)
    return { afterRevision: store.revision(), marksEnd: false }
  }
  if (version > 0) await stores.reached(resource, version)
  else if (options.resourceVersion !== '0') await stores.fresh(resource)
  const snapshot = store.snapshot()
  return { snapshot, afterRevision: snapshot.revision, marksEnd: bookmarks }
}

/** The narrowest prefix that covers what is selected. */
function watchPrefix({ resource, namespace }: Call, { name }: Selection): string {
  if (name && (!resource.namespaced || namespace)) return keyOf(resource, namespace, name)
  return prefixOf(resource, resource.namespaced ? namespace : undefined)
}

function indexOf(resource: AnyResource, { fields }: Selection): { select?: { index: string; value: string } } {
  const requirement = fields.requirements.find(({ field, operator }) => field === 'spec.nodeName' && operator === '=')
  return requirement && resource.plural === 'pods' && requirement.value ? { select: { index: requirement.field, value: requirement.value } } : {}
}

interface Parts {
  readonly begin: Begin
  readonly selection: Selection
  readonly watch: CacheWatch<KubeObject>
  readonly end: AbortController
  abort(): void
}

async function* deliver(server: Server, call: Call, { begin, selection, watch, end, abort }: Parts): AsyncGenerator<readonly Delivery[], void> {
  const { clock, random } = server
  const { options } = call
  const resource = servedOf(call)
  const seconds = options.timeoutSeconds
  const timer = clock.after(seconds ? seconds * 1000 : SHORTEST_DEFAULT_MS * (1 + random.next()), abort, { background: true })
  const ticker = options.allowWatchBookmarks ? ticking(server, BOOKMARK_EVERY_MS) : undefined
  const source = interleave(watch, ticker)
  let told = begin.afterRevision
  try {
    if (begin.snapshot) yield* initialEvents(call, begin.snapshot, selection)
    if (begin.marksEnd) yield [bookmark(resource, begin.afterRevision, true)]
    if (begin.afterRevision === BEFORE_ALL) throw tooOld(server, call, begin)
    for await (const item of source) {
      if (item === 'gone') throw tooOld(server, call, begin)
      if (item === 'tick') {
        const revision = watch.revision()
        if (revision > told) yield [bookmark(resource, (told = revision))]
        continue
      }
      const deliveries = item.flatMap(event => deliveryOf(resource, selection, event))
      if (deliveries.length === 0) continue
      told = item.at(-1)!.revision
      yield deliveries
    }
  } finally {
    timer.cancel()
    ticker?.stop()
    end.abort()
    call.signal?.removeEventListener('abort', abort)
    server.stopping.removeEventListener('abort', abort)
  }
}

const tooOld = ({ stores }: Server, { resource }: Call, { afterRevision }: Begin): StatusError =>
  gone(`too old resource version: ${afterRevision} (${stores.of(resource).revision()})`)

function* initialEvents(call: Call, snapshot: Snapshot<KubeObject>, selection: Selection): Generator<readonly Delivery[]> {
  const { resource } = call
  let batch: Delivery[] = []
  for (const entry of snapshot.walk(prefixOf(resource, resource.namespaced ? call.namespace : undefined))) {
    if (!selection.matches(entry.object)) continue
    batch.push({ type: 'ADDED', object: toServedVersion(servedOf(call), entry.object), entry })
    if (batch.length < FIRST_BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/** A change as this watcher sees it: objects enter and leave its selection. */
function deliveryOf(resource: AnyResource, selection: Selection, event: CacheEvent<KubeObject>): Delivery[] {
  const { entry, previous, type } = event
  if (selection.everything) return [{ type, object: toServedVersion(resource, entry.object), event }]
  const is = type !== 'DELETED' && selection.matches(entry.object)
  const was = previous !== undefined && selection.matches(previous.object)
  if (!is && !was) return []
  if (is && was) return [{ type: 'MODIFIED', object: toServedVersion(resource, entry.object), event }]
  if (is) return [{ type: 'ADDED', object: toServedVersion(resource, entry.object), ...(type === 'ADDED' ? { event } : { entry }) }]
  if (type === 'DELETED') return [{ type, object: toServedVersion(resource, entry.object), event }]
  return [{ type: 'DELETED', object: toServedVersion(resource, stamp(previous!.object, event.revision)) }]
}

/** An object that says nothing but how far the watch has come. */
function bookmark(resource: AnyResource, revision: number, marksEnd = false): Delivery {
  const empty = decode(resource.schema, { metadata: { resourceVersion: String(revision), ...(marksEnd && { annotations: { [INITIAL_EVENTS_END]: 'true' } }) } }).object as KubeObject
  return { type: 'BOOKMARK', object: { ...empty, kind: resource.kind, apiVersion: apiVersionOf(resource) } }
}

interface Ticker {
  stop(): void
  onTick: (() => void) | undefined
}

function ticking({ clock }: Server, everyMs: number): Ticker {
  const ticker: Ticker = { stop: () => timer.cancel(), onTick: undefined }
  const arm = () => clock.after(everyMs, () => {
    timer = arm()
    ticker.onTick?.()
  }, { background: true })
  let timer = arm()
  return ticker
}

/** The watch's items with the ticks between them; one promise at a time waits for both. */
async function* interleave(watch: CacheWatch<KubeObject>, ticker: Ticker | undefined): AsyncGenerator<readonly CacheEvent<KubeObject>[] | Gone | 'tick', void> {
  const iterator = watch[Symbol.asyncIterator]()
  if (!ticker) {
    yield* { [Symbol.asyncIterator]: () => iterator }
    return
  }
  let ready: IteratorResult<readonly CacheEvent<KubeObject>[] | Gone, void> | undefined
  let failed: { error: unknown } | undefined
  let ticked = false
  let wake = (): void => undefined
  ticker.onTick = () => { ticked = true; wake() }
  const ask = (): void => void iterator.next().then(result => { ready = result; wake() }, error => { failed = { error }; wake() })
  try {
    ask()
    for (;;) {
      if (!ready && !failed && !ticked) await new Promise<void>(resolve => (wake = resolve))
      if (failed) throw failed.error
      if (ready) {
        const result = ready
        ready = undefined
        if (result.done) return
        yield result.value
        ask()
      } else if (ticked) yield 'tick'
      ticked = false
    }
  } finally {
    ticker.onTick = undefined
    await iterator.return()
  }
}
