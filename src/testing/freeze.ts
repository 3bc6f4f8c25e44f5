import type { ApiRequest, LocalApi } from '../api/request.ts'

/** Freezes a value all the way down; what is frozen already is taken as done. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) return value
  Object.freeze(value)
  for (const item of Object.values(value)) deepFreeze(item)
  return value
}

/** What goes on between components and the API server. */
export interface Traffic {
  /** Calls that have not been answered. */
  readonly open: readonly string[]
  /** Watches that have not ended. */
  readonly watches: number
  /** Grows with each call, answer and event. */
  readonly activity: number
  /** How many writes there were, and the last of them: what a cluster that never settles is busy with. */
  readonly writes: number
  readonly lastWrites: readonly string[]
}

const REMEMBERED = 6

/** The same API, with its objects frozen, so that a component that changes one fails, and its traffic counted. */
export function watchedApi(api: LocalApi): { api: LocalApi; traffic: Traffic } {
  const open = new Set<string>()
  const lastWrites: string[] = []
  const traffic = { watches: 0, activity: 0, writes: 0, lastWrites, get open() { return [...open] } }
  let count = 0
  return {
    traffic,
    api: {
      async call(request: ApiRequest) {
        const name = `${count++} ${request.user.name} ${request.verb} ${request.resource.plural} ${request.namespace ?? ''}/${request.name ?? ''}`
        open.add(name)
        traffic.activity++
        if (!['get', 'list'].includes(request.verb)) {
          traffic.writes++
          lastWrites.push(name)
          if (lastWrites.length > REMEMBERED) lastWrites.shift()
          // A write takes a turn of the event loop, as it does with a disk; else controllers that never rest would let nobody notice.
          await new Promise<void>(resolve => setImmediate(resolve))
        }
        try {
          return deepFreeze(await api.call({ ...request, body: deepFreeze(request.body) }))
        } finally {
          open.delete(name)
          traffic.activity++
        }
      },
      async *watch(request: ApiRequest) {
        traffic.watches++
        try {
          for await (const event of api.watch(request)) {
            traffic.activity++
            yield deepFreeze(event)
          }
        } finally {
          traffic.watches--
        }
      },
    },
  }
}
