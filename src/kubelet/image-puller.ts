import type { Clock } from '../machinery/clock.ts'
import { errorMessage } from '../machinery/log.ts'
import { IMAGE_PULL, backoffEnd, goDuration, nextBackoff, type BackoffEntry } from './backoff.ts'
import type { EventType } from './events.ts'
import { parseReference } from './images/reference.ts'
import type { Image, RegistryAuth, Runtime } from './runtime.ts'

/** Why an image is not there; `reason` is the container's waiting reason. */
export class ImageError extends Error {
  readonly reason: 'InvalidImageName' | 'ErrImagePull' | 'ImagePullBackOff' | 'ErrImageNeverPull' | 'ImageInspectError'
  /** When it is worth another try. */
  readonly retryAtMs: number | undefined

  constructor(reason: ImageError['reason'], message: string, retryAtMs?: number) {
    super(message)
    this.name = 'ImageError'
    this.reason = reason
    this.retryAtMs = retryAtMs
  }
}

export interface PullRequest {
  readonly podUid: string
  readonly image: string
  readonly policy: string | undefined
  /** Asked only when the image must be pulled. */
  credentials(): Promise<readonly RegistryAuth[]>
  say(type: EventType, reason: string, message: string): void
  readonly signal: AbortSignal
}

/** Sees to it that images are there before containers are made. */
export interface ImagePuller {
  ensure(request: PullRequest): Promise<Image>
  /** Forgets the delays of a pod that is gone. */
  forget(podUid: string): void
}

interface Failure {
  entry: BackoffEntry
  message: string
}

/** An image without tag or digest is `latest`, which is pulled always; others only when they are missing. */
export const defaultPullPolicy = (image: string): string => (parseReference(image)?.tag === 'latest' && !parseReference(image)?.digest ? 'Always' : 'IfNotPresent')

/** Pulls images as pods ask for them; one pull at a time per image and credentials. */
export function imagePuller(runtime: Runtime, clock: Clock, onPulled: () => void): ImagePuller {
  const failures = new Map<string, Failure>()

  const inspect = async (image: string, request: PullRequest): Promise<Image | undefined> => {
    try {
      return await runtime.imageStatus(image)
    } catch (error) {
      const message = `Failed to inspect image "${request.image}": ${errorMessage(error)}`
      request.say('Warning', 'InspectFailed', message)
      throw new ImageError('ImageInspectError', message, clock.now() + IMAGE_PULL.initialMs)
    }
  }
  const pull = async (image: string, request: PullRequest): Promise<void> => {
    const auths = await request.credentials()
    let failure: unknown
    for (const auth of auths.length ? auths : [undefined]) {
      try {
        await runtime.pullImage(image, { ...(auth && { auth }), signal: request.signal })
        return
      } catch (error) {
        request.signal.throwIfAborted()
        failure = error
      }
    }
    throw failure
  }
  const pullOrExplain = async (image: string, request: PullRequest): Promise<Image> => {
    const key = `${request.podUid}_${image}`
    const before = failures.get(key)
    const waitUntil = before && backoffEnd(IMAGE_PULL, before.entry, before.entry.atMs, clock.now())
    if (waitUntil !== undefined) {
      request.say('Normal', 'BackOff', `Back-off pulling image "${request.image}"`)
      throw new ImageError('ImagePullBackOff', `Back-off pulling image "${request.image}": ErrImagePull: ${before!.message}`, waitUntil)
    }
    request.say('Normal', 'Pulling', `Pulling image "${request.image}"`)
    const startMs = clock.monotonic()
    try {
      await pull(image, request)
    } catch (error) {
      request.signal.throwIfAborted()
      const message = errorMessage(error)
      const entry = nextBackoff(IMAGE_PULL, before?.entry, clock.now())
      failures.set(key, { entry, message })
      request.say('Warning', 'Failed', `Failed to pull image "${request.image}": ${message}`)
      // Soon again, so that the status tells of the back-off; the pull itself waits for its end.
      throw new ImageError('ErrImagePull', message, clock.now() + 1000)
    }
    failures.delete(key)
    const tookMs = Math.round(clock.monotonic() - startMs)
    const found = await inspect(image, request)
    if (!found) throw new ImageError('ErrImagePull', `image "${request.image}" is not there after it was pulled`, clock.now() + IMAGE_PULL.initialMs)
    const took = goDuration(tookMs)
    request.say('Normal', 'Pulled', `Successfully pulled image "${request.image}" in ${took} (${took} including waiting). Image size: ${found.sizeBytes} bytes.`)
    onPulled()
    return found
  }
  return {
    async ensure(request) {
      const reference = parseReference(request.image)
      if (!reference) {
        const message = `Failed to apply default image tag "${request.image}": couldn't parse image name "${request.image}": invalid reference format`
        request.say('Warning', 'InspectFailed', message)
        throw new ImageError('InvalidImageName', message)
      }
      // Short names are the runtime's to complete; only the tag is said.
      const image = reference.digest || /:[^/]+$/.test(request.image) ? request.image : `${request.image}:latest`
      const policy = request.policy || defaultPullPolicy(request.image)
      const found = await inspect(image, request)
      if (found && policy !== 'Always') {
        request.say('Normal', 'Pulled', `Container image "${request.image}" already present on machine and can be accessed by the pod`)
        return found
      }
      if (policy === 'Never') {
        const message = `Container image "${request.image}" is not present with pull policy of Never`
        request.say('Warning', 'ErrImageNeverPull', message)
        throw new ImageError('ErrImageNeverPull', message)
      }
      return pullOrExplain(image, request)
    },
    forget(podUid) {
      for (const key of failures.keys()) if (key.startsWith(`${podUid}_`)) failures.delete(key)
    },
  }
}
