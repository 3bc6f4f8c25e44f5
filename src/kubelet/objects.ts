import type { KubeObject, Resource } from '../api/resource.ts'
import type { ObjectRef } from '../client/client.ts'
import { isReason } from '../machinery/status.ts'
import { follow, type FollowDeps } from './follow.ts'

/** One object that somebody keeps an eye on. */
export interface Hold<T> {
  /** The object as it is now; `undefined` when there is none. Throws when the API refuses to say. */
  current(): Promise<T | undefined>
  release(): void
}

/** The ConfigMaps, Secrets and the like that running pods use: each is watched by name, and only while it is used. */
export interface Objects {
  /** `onChange` is called after each change that the watch sees. */
  hold<T extends KubeObject>(resource: Resource<T>, ref: ObjectRef, onChange: () => void): Hold<T>
  /** What is known already when the object is held by somebody, else one GET. */
  read<T extends KubeObject>(resource: Resource<T>, ref: ObjectRef): Promise<T | undefined>
}

interface Entry {
  value: KubeObject | undefined
  synced: boolean
  holders: Set<() => void>
  abort: AbortController
}

/** Watches by name, shared between all who hold the same object. Ends with the signal. */
export function watchedObjects(deps: FollowDeps, signal: AbortSignal): Objects {
  const entries = new Map<string, Entry>()
  const keyOf = ({ group, plural }: Resource<never>, { namespace, name }: ObjectRef): string => `${group}/${plural}/${namespace ?? ''}/${name}`

  const open = (resource: Resource<KubeObject>, ref: ObjectRef): Entry => {
    const entry: Entry = { value: undefined, synced: false, holders: new Set(), abort: new AbortController() }
    const set = (value: KubeObject | undefined): void => {
      const changed = entry.value?.metadata.resourceVersion !== value?.metadata.resourceVersion || !entry.synced
      entry.value = value
      entry.synced = true
      if (changed) for (const notify of entry.holders) notify()
    }
    void follow(deps, resource, { ...(ref.namespace !== undefined && { namespace: ref.namespace }), fieldSelector: `metadata.name=${ref.name}` }, {
      replace: items => set(items[0]),
      change: event => set(event.type === 'DELETED' ? undefined : event.object),
    }, AbortSignal.any([signal, entry.abort.signal]))
    return entry
  }

  const read: Objects['read'] = async (resource, ref) => {
    const entry = entries.get(keyOf(resource as never, ref))
    if (entry?.synced) return entry.value as never
    try {
      return await deps.client.get(resource, ref)
    } catch (error) {
      if (isReason(error, 'NotFound')) return undefined
      throw error
    }
  }
  return {
    read,
    hold(resource, ref, onChange) {
      const key = keyOf(resource as never, ref)
      const entry = entries.get(key) ?? open(resource as never, ref)
      entries.set(key, entry)
      // A holder of its own for each call, even when two hand in the same function.
      const notify = (): void => onChange()
      entry.holders.add(notify)
      return {
        current: () => read(resource, ref),
        release() {
          entry.holders.delete(notify)
          if (entry.holders.size > 0 || entries.get(key) !== entry) return
          entries.delete(key)
          entry.abort.abort()
        },
      }
    },
  }
}
