import { apiVersionOf, type AnyResource, type KubeObject } from '../../api/resource.ts'
import { decode } from '../../machinery/schema/decode.ts'
import type { Clock, Timer } from '../../machinery/clock.ts'
import { gone, StatusError } from '../../machinery/status.ts'
import type { CacheEvent } from '../../storage/cache-entry.ts'
import type { CacheWatch, Gone } from '../../storage/cache-watch.ts'
import type { Snapshot } from '../../storage/cache-snapshot.ts'
import { keyOf, prefixOf } from '../stores.ts'
import { servedOf, type Call } from '../call.ts'
import { asStored } from '../stored-call.ts'
import { checkListOptions, revisionOf } from '../options.ts'
import type { Selection } from '../selection.ts'
import { viewOf, type Delivery, type WatchView } from '../watch-view.ts'
import { toServedVersion } from '../versions.ts'
import type { Server } from './verb.ts'

const BOOKMARK_EVERY_MS = 60_000
const SHORTEST_DEFAULT_SECONDS = 1_800
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

/** A watch that has begun. It is either iterated, which leaves the pace to the reader, or its first events are, and the rest is followed. */
export interface OpenWatch extends AsyncIterable<readonly Delivery[]> {
  /** What is there when the watch begins, as far as the client wants that. */
  first(): Iterable<readonly Delivery[]>
  /** Hands over what happens as it happens, until the watch ends. Rejects with what a client is told at a watch's bad end. */
  follow(take: TakeDelivery): Promise<void>
  /** Whoever had no room has it again. */
  resume(): void
  /** Ends the watch. */
  close(): void
}

/** False: there is no room for more until `resume`. Never throws. */
export type TakeDelivery = (delivery: Delivery) => boolean

/**
 * Opens a watch. What is wrong with the request throws here, before anything is delivered; a version that is no longer held throws on the
 * first read. Ends with the call's signal, when it is closed, with the server, or when its time is up.
 */
export async function openWatch(server: Server, asked: Call): Promise<OpenWatch> {
  const call = asStored(asked)
  const { resource, options } = call
  checkListOptions(options, true)
  const view = viewOf(servedOf(call), options)
  const { selection } = view
  let begin: Begin
  try {
    begin = await beginOf(server, call)
  } catch (error) {
    // The stream has begun for a client that waits for first events: it is told in the stream.
    if (options.sendInitialEvents && error instanceof StatusError && error.reason === 'Timeout') return failing(error)
    throw error
  }
  const prefix = watchPrefix(call, selection)
  const watch = server.stores.of(resource).watch({ prefix, afterRevision: begin.afterRevision, ...(call.signal && { signal: call.signal }), ...indexOf(resource, selection) })
  if (server.stopping.aborted) watch.end('ended')
  // A watch of one object by its name alone concerns all that it sees.
  const isOfOne = !prefix.endsWith('/') && selection.labels.everything && selection.fields.requirements.length === 1
  return new Watching(server, call, { begin, prefix, view: isOfOne ? viewOf(servedOf(call), {}) : view, watch })
}

const failing = (error: StatusError): OpenWatch => ({
  first() { throw error },
  follow: () => Promise.reject(error),
  resume() {},
  close() {},
  // eslint-disable-next-line require-yield
  async *[Symbol.asyncIterator]() { throw error },
})

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
  readonly prefix: string
  readonly view: WatchView
  readonly watch: CacheWatch<KubeObject>
}

class Watching implements OpenWatch {
  readonly #server: Server
  readonly #call: Call
  readonly #parts: Parts
  readonly #timer: Timer
  /** How far the client knows the watch to have come. */
  #told: number

  constructor(server: Server, call: Call, parts: Parts) {
    this.#server = server
    this.#call = call
    this.#parts = parts
    this.#told = parts.begin.afterRevision
    const seconds = call.options.timeoutSeconds || Math.round(SHORTEST_DEFAULT_SECONDS * (1 + server.random.next()))
    this.#timer = server.clock.after(seconds * 1000, () => this.close(), { background: true })
  }

  close(): void {
    this.#timer.cancel()
    this.#parts.watch.end('ended')
  }

  resume(): void {
    this.#parts.watch.resume()
  }

  *first(): Generator<readonly Delivery[]> {
    const { begin, prefix, view } = this.#parts
    if (begin.snapshot) yield* initialEvents(this.#call, begin.snapshot, prefix, view.selection)
    if (begin.marksEnd) yield [bookmark(servedOf(this.#call), begin.afterRevision, true)]
    if (begin.afterRevision === BEFORE_ALL) throw this.#tooOld()
  }

  async follow(take: TakeDelivery): Promise<void> {
    const { watch, view } = this.#parts
    const ticker = this.#ticking(() => {
      const mark = this.#mark()
      if (mark) take(mark)
    })
    const ended = await new Promise<Gone | 'ended'>(resolve => watch.follow({
      take: event => {
        const delivery = view.see(event)
        if (!delivery) return true
        this.#told = event.revision
        return take(delivery)
      },
      ended: resolve,
    }))
    ticker?.cancel()
    this.#timer.cancel()
    if (ended === 'gone') throw this.#tooOld()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly Delivery[], void> {
    const { watch, view } = this.#parts
    const tick: Tick = { happened: () => undefined }
    const ticker = this.#ticking(() => tick.happened())
    try {
      yield* this.first()
      for await (const item of interleave(watch, tick)) {
        if (item === 'gone') throw this.#tooOld()
        const deliveries = item === 'tick' ? [this.#mark()] : item.map(event => view.see(event))
        const seen = deliveries.filter(delivery => delivery !== undefined)
        if (seen.length === 0) continue
        if (item !== 'tick') this.#told = item.at(-1)!.revision
        yield seen
      }
    } finally {
      ticker?.cancel()
      this.close()
    }
  }

  /** A bookmark, when there is something to tell. */
  #mark(): Delivery | undefined {
    const revision = this.#parts.watch.revision()
    if (revision <= this.#told) return undefined
    this.#told = revision
    return bookmark(servedOf(this.#call), revision)
  }

  #ticking(onTick: () => void): Timer | undefined {
    return this.#call.options.allowWatchBookmarks ? every(this.#server.clock, BOOKMARK_EVERY_MS, onTick) : undefined
  }

  #tooOld(): StatusError {
    return gone(`too old resource version: ${this.#parts.begin.afterRevision} (${this.#server.stores.of(this.#call.resource).revision()})`)
  }
}

function* initialEvents(call: Call, snapshot: Snapshot<KubeObject>, prefix: string, selection: Selection): Generator<readonly Delivery[]> {
  let batch: Delivery[] = []
  for (const entry of prefix.endsWith('/') ? snapshot.walk(prefix) : [snapshot.get(prefix)]) {
    if (!entry || !selection.matches(entry.object)) continue
    batch.push({ type: 'ADDED', object: toServedVersion(servedOf(call), entry.object), entry })
    if (batch.length < FIRST_BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/** An object that says nothing but how far the watch has come. */
function bookmark(resource: AnyResource, revision: number, marksEnd = false): Delivery {
  const empty = decode(resource.schema, { metadata: { resourceVersion: String(revision), ...(marksEnd && { annotations: { [INITIAL_EVENTS_END]: 'true' } }) } }).object as KubeObject
  return { type: 'BOOKMARK', object: { ...empty, kind: resource.kind, apiVersion: apiVersionOf(resource) } }
}

function every(clock: Clock, everyMs: number, action: () => void): Timer {
  const arm = (): Timer => clock.after(everyMs, () => {
    timer = arm()
    action()
  }, { background: true })
  let timer = arm()
  return { cancel: () => timer.cancel() }
}

interface Tick {
  happened(): void
}

/** The watch's items with the ticks between them; one promise at a time waits for both. */
async function* interleave(watch: CacheWatch<KubeObject>, tick: Tick): AsyncGenerator<readonly CacheEvent<KubeObject>[] | Gone | 'tick', void> {
  const iterator = watch[Symbol.asyncIterator]()
  let ready: IteratorResult<readonly CacheEvent<KubeObject>[] | Gone, void> | undefined
  let failed: { error: unknown } | undefined
  let ticked = false
  let wake = (): void => undefined
  tick.happened = () => { ticked = true; wake() }
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
    await iterator.return()
  }
}
