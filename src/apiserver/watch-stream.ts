import { nextTurn } from '../machinery/clock.ts'
import { errorMessage } from '../machinery/log.ts'
import { StatusError } from '../machinery/status.ts'
import type { Call } from './call.ts'
import type { Exchange } from './exchange.ts'
import { PROTOBUF_TYPE } from './representation/media-types.ts'
import { negotiate, type Offer } from './representation/negotiate.ts'
import { includeObject } from './representation/table.ts'
import { WatchFrames } from './representation/watch-frame.ts'
import { openWatch, type OpenWatch } from './verbs/watch.ts'
import type { Delivery } from './watch-view.ts'
import type { Server } from './verbs/verb.ts'

const OFFER: Offer = { transforms: true, watch: true }

/** Streams a watch until the client goes, its time is up or it fails, which is its last event. */
export async function serveWatch(server: Server, exchange: Exchange, call: Call): Promise<void> {
  const format = negotiate(exchange.header('accept'), OFFER)
  const frames = new WatchFrames(call.resource, format, includeObject(format.as ? exchange.query.get('includeObject') : null), () => server.clock.now())
  const watch = await openWatch(server, call)
  exchange.request.onGone(() => watch.close())
  exchange.begin(200, { 'content-type': format.mediaType === PROTOBUF_TYPE ? `${PROTOBUF_TYPE};stream=watch` : 'application/json' })
  exchange.flush()
  const sent = server.watchMeter?.(call.resource)
  try {
    await sendFirst(exchange, watch, frames, sent)
    await follow(server, exchange, watch, frames, sent)
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    await exchange.write(frames.error(error.toJSON()))
  }
  exchange.end()
}

/** At the client's pace, and with everybody else's requests between the batches. */
async function sendFirst(exchange: Exchange, watch: OpenWatch, frames: WatchFrames, sent?: (bytes: number) => void): Promise<void> {
  for (const batch of watch.first()) {
    for (const delivery of batch) {
      const frame = frames.frame(delivery)
      sent?.(frame.length)
      const full = exchange.write(frame)
      if (full) await full
      if (exchange.isGone) return
    }
    await nextTurn()
  }
}

/** Each event goes to the connection at once. A client that does not read lets events wait, and when those are too many it is cut off. */
async function follow({ log }: Server, exchange: Exchange, watch: OpenWatch, frames: WatchFrames, sent?: (bytes: number) => void): Promise<void> {
  const { request: wire } = exchange
  let isFull = false
  const resume = (): void => {
    isFull = false
    watch.resume()
  }
  const take = (delivery: Delivery): boolean => {
    try {
      const frame = frames.frame(delivery, wire.framing)
      sent?.(frame.length)
      // Bookmarks come while there is no room too, and must not be waited for twice.
      const wasFull = isFull
      isFull = !wire.writeFramed(frame)
      if (isFull && !wasFull) wire.onceRoom(resume)
      return !isFull
    } catch (error) {
      log.error('An event could not be sent to a watcher', { path: exchange.path, error: errorMessage(error), stack: error instanceof Error ? error.stack : undefined })
      exchange.cut()
      return false
    }
  }
  try {
    await watch.follow(take)
  } catch (error) {
    if (!isFull) throw error
    exchange.cut()
  }
}
