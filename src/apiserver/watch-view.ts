import type { RequestOptions, WatchEvent } from '../api/request.ts'
import type { AnyResource, KubeObject } from '../api/resource.ts'
import { memo } from '../machinery/memo.ts'
import { CacheEntry, CacheEvent } from '../storage/cache-entry.ts'
import { selectionOf, type Selection } from './selection.ts'
import { stamp, type Entry } from './stores.ts'
import { toServedVersion } from './versions.ts'

/** A watch event, and where it came from: its bytes may be there already. */
export interface Delivery extends WatchEvent {
  /** The event as all watchers see it who select the same. */
  readonly event?: CacheEvent<KubeObject>
  /** An object that was there before the watch began. */
  readonly entry?: Entry
}

/** What everybody who selects the same sees of a kind: found out once for each event, however many watch. */
export class WatchView {
  readonly selection: Selection
  readonly #resource: AnyResource
  #event: CacheEvent<KubeObject> | undefined
  #delivery: Delivery | undefined

  constructor(resource: AnyResource, selection: Selection) {
    this.#resource = resource
    this.selection = selection
  }

  /** A change as these watchers see it: objects enter and leave their selection. Undefined: they do not see it. */
  see(event: CacheEvent<KubeObject>): Delivery | undefined {
    if (this.#event !== event) {
      const seen = seenAs(this.selection, event)
      this.#delivery = seen && { type: seen.type, object: toServedVersion(this.#resource, seen.entry.object), event: seen }
      this.#event = event
    }
    return this.#delivery
  }
}

function seenAs(selection: Selection, event: CacheEvent<KubeObject>): CacheEvent<KubeObject> | undefined {
  const { entry, previous, type } = event
  if (selection.everything) return event
  const is = type !== 'DELETED' && selection.matches(entry.object)
  const was = previous !== undefined && selection.matches(previous.object)
  if (!is && !was) return undefined
  if (is === was || type !== 'MODIFIED') return event
  if (is) return new CacheEvent('ADDED', entry, previous)
  const left = new CacheEntry(entry.key, entry.revision, entry.createRevision, stamp(previous!.object, entry.revision))
  return new CacheEvent('DELETED', left, previous)
}

const views = new WeakMap<AnyResource, (selectors: string) => WatchView>()

/** The view that a watch's selectors stand for, shared with others that ask for the same; refuses selectors that are none. */
export function viewOf(resource: AnyResource, { labelSelector = '', fieldSelector = '' }: Pick<RequestOptions, 'labelSelector' | 'fieldSelector'>): WatchView {
  let known = views.get(resource)
  if (!known) {
    known = memo(text => {
      const [labels = '', fields = ''] = text.split('\0')
      return new WatchView(resource, selectionOf(resource, { labelSelector: labels, fieldSelector: fields }))
    })
    views.set(resource, known)
  }
  return known(`${labelSelector}\0${fieldSelector}`)
}
