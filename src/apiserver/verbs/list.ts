import type { KubeList, KubeObject } from '../../api/resource.ts'
import { apiVersionOf } from '../../api/resource.ts'
import type { ListMeta } from '../../api/meta/object-meta.ts'
import { badRequest, gone } from '../../machinery/status.ts'
import type { Snapshot } from '../../storage/cache-snapshot.ts'
import { servedOf, type Call, type Outcome } from '../call.ts'
import { continueExpired, decodeContinue, encodeContinue, type Continuation } from '../continue-token.ts'
import { checkListOptions, revisionOf } from '../options.ts'
import { selectionOf, type Selection } from '../selection.ts'
import { prefixOf, type Entry } from '../stores.ts'
import { toServedVersion } from '../versions.ts'
import type { Server } from './verb.ts'

/** A list as the cache has it: entries whose bytes may be there already, and the list's metadata. */
export interface Page {
  readonly entries: readonly Entry[]
  readonly metadata: ListMeta
}

/** The objects of a kind, as of one revision. */
export async function list(server: Server, call: Call): Promise<Outcome> {
  return listed(call, await listPage(server, call))
}

export function listed(call: Call, page: Page): Outcome {
  const served = servedOf(call)
  return { object: { kind: served.listKind, apiVersion: apiVersionOf(served) }, page }
}

/** The page as an object, for callers in this process. */
export function asList(call: Call, { entries, metadata }: Page): KubeList<KubeObject> {
  const served = servedOf(call)
  return { kind: served.listKind, apiVersion: apiVersionOf(served), metadata, items: entries.map(({ object }) => toServedVersion(served, object)) }
}

export async function listPage(server: Server, call: Call): Promise<Page> {
  const { resource, options } = call
  checkListOptions(options, false)
  const selection = selectionOf(servedOf(call), options)
  // A list of whatever is there comes in one piece.
  const limit = options.limit !== undefined && options.limit > 0 && options.resourceVersion !== '0' ? options.limit : Infinity
  const prefix = prefixOf(resource, resource.namespaced ? call.namespace : undefined)
  const { snapshot, from } = await snapshotFor(server, call, prefix, limit !== Infinity)
  const page = takePage(snapshot, { prefix, from, limit, selection })
  return { entries: page.entries, metadata: metadataOf(snapshot, prefix, selection.everything, page) }
}

interface Taken {
  readonly entries: readonly Entry[]
  /** The next page's first key; absent: this is the last page. */
  readonly next: string | undefined
}

function takePage(snapshot: Snapshot<KubeObject>, { prefix, from, limit, selection }: { prefix: string; from: string; limit: number; selection: Selection }): Taken {
  if (selection.everything && limit === Infinity) return { entries: snapshot.range(prefix, { from }).entries, next: undefined }
  const entries: Entry[] = []
  let next: string | undefined
  snapshot.visit(prefix, from, entry => {
    if (entries.length < limit) {
      if (selection.matches(entry.object)) entries.push(entry)
      return false
    }
    // Whether there is more is told by what fields select, but not by what labels do: upstream pages through the store by keys.
    if (!selection.fields.everything && !selection.matches(entry.object)) return false
    next = entry.key
    return true
  })
  return { entries, next }
}

function metadataOf(snapshot: Snapshot<KubeObject>, prefix: string, everything: boolean, { entries, next }: Taken): ListMeta {
  const resourceVersion = String(snapshot.revision)
  if (next === undefined) return { resourceVersion }
  // The next page starts behind the last object shown, also when a selector lets others in between go.
  const start = `${entries.at(-1)!.key.slice(prefix.length)}\0`
  const token = encodeContinue({ revision: snapshot.revision, start })
  return { resourceVersion, continue: token, ...(everything && { remainingItemCount: snapshot.remaining(prefix, { first: entries[0]!.key, taken: entries.length, next }) }) }
}

interface Start {
  readonly snapshot: Snapshot<KubeObject>
  readonly from: string
}

async function snapshotFor(server: Server, call: Call, prefix: string, paged: boolean): Promise<Start> {
  const { resource, options } = call
  const { stores } = server
  const store = stores.of(resource)
  if (options.continue) return continued(server, call, prefix, decodeContinue(options.continue))
  const version = revisionOf(options.resourceVersion, why => badRequest(`invalid resource version: ${why}`))
  if (options.resourceVersionMatch === 'Exact') {
    await stores.reached(resource, version)
    const snapshot = await store.snapshotAt(version)
    if (!snapshot) throw gone(`The resourceVersion for the provided list is too old.`)
    return { snapshot, from: prefix }
  }
  // Without a version the answer is as of now; 0 takes whatever is there; others are a lower bound.
  if (options.resourceVersion === undefined) await stores.fresh(resource)
  else if (version > 0) await stores.reached(resource, version)
  return { snapshot: store.snapshot({ keep: paged }), from: prefix }
}

async function continued({ stores }: Server, { resource, options }: Call, prefix: string, { revision, start }: Continuation): Promise<Start> {
  if (options.resourceVersion && options.resourceVersion !== '0') throw badRequest('specifying resource version is not allowed when using continue')
  const store = stores.of(resource)
  const from = prefix + start
  if (revision < 0) {
    await stores.fresh(resource)
    return { snapshot: store.snapshot({ keep: true }), from }
  }
  await stores.reached(resource, revision)
  const snapshot = await store.snapshotAt(revision)
  if (!snapshot) throw continueExpired(start)
  return { snapshot, from }
}

