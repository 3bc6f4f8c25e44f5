import type { Volume } from '../../api/core/pod/volumes.ts'
import type { Pod } from '../../api/core/pod/pod.ts'
import type { Client } from '../../client/client.ts'
import type { Host } from '../../host/host.ts'
import type { Clock } from '../../machinery/clock.ts'
import type { PodFacts } from '../container/field-ref.ts'
import type { Objects } from '../objects.ts'

/** A file of a volume that the kubelet writes itself. */
export interface VolumeFile {
  readonly content: Uint8Array
  readonly mode: number
  /** Owner, where it is not root. */
  readonly uid?: number
}

/** What a volume of generated files shall hold now, by path below its root; `refreshAtMs`: when it must be made anew at the latest. */
export interface VolumeContent {
  readonly files: ReadonlyMap<string, VolumeFile>
  readonly refreshAtMs?: number
}

/** What volumes may use. */
export interface VolumeContext {
  readonly pod: Pod
  readonly host: Host
  readonly client: Client
  readonly clock: Clock
  /** The volume's own directory; exists and outlives a restart of the kubelet. */
  readonly directory: string
  readonly facts: PodFacts
  readonly objects: Pick<Objects, 'read'>
  /** Tokens that are still good, by what was asked for. */
  readonly tokens: Map<string, IssuedToken>
}

export interface IssuedToken {
  readonly token: string
  readonly refreshAtMs: number
}

/** A type of volume: the field of `volumes[]` that names it, and either `setUp` or `content`. */
export interface VolumePlugin {
  readonly field: Exclude<keyof Volume, 'name'>
  /** Directory name, as upstream has it on disk. */
  readonly directoryName: string
  /** Generated files lie in memory, not on the disk. */
  readonly inMemory?: boolean
  /** Whether fsGroup changes who owns what is in it. */
  readonly ownership: boolean
  readonly readOnly?: boolean
  /** Makes the volume ready and returns the path to mount; idempotent. */
  setUp?(volume: Volume, context: VolumeContext): Promise<string>
  /** What `setUp` did beyond making the directory, undone. */
  tearDown?(directory: string, host: Host): Promise<void>
  /** The files that it shall hold. */
  content?(volume: Volume, context: VolumeContext): Promise<VolumeContent>
}

export const encode = (text: string): Uint8Array => Buffer.from(text)
