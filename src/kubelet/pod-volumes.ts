import { ConfigMaps } from '../api/core/config-map.ts'
import type { Pod } from '../api/core/pod/pod.ts'
import type { Volume } from '../api/core/pod/volumes.ts'
import { Secrets } from '../api/core/secret.ts'
import type { Client } from '../client/client.ts'
import type { Host } from '../host/host.ts'
import type { Clock, Timer } from '../machinery/clock.ts'
import { errorMessage } from '../machinery/log.ts'
import type { Random } from '../machinery/random.ts'
import type { PodFacts } from './container/field-ref.ts'
import type { Hold, Objects } from './objects.ts'
import { writeAtomically } from './volumes/support/atomic-writer.ts'
import { pluginFor } from './volumes/index.ts'
import { giveToGroup } from './volumes/support/ownership.ts'
import type { IssuedToken, VolumeContext, VolumePlugin } from './volumes/volume.ts'

/** A volume that is ready to be mounted into containers. */
export interface ReadyVolume {
  readonly path: string
  readonly readOnly: boolean
}

export interface VolumeDeps {
  readonly host: Host
  readonly client: Client
  readonly clock: Clock
  readonly random: Random
  readonly objects: Objects
  /** Folder of the pod on disk. */
  readonly directory: string
  /** Folder of the pod in memory. */
  readonly memoryDirectory: string
  /** Something that the volumes are made of has changed, or could be had again. */
  onChange(): void
  onFailure(message: string): void
}

/** The volumes of one pod. */
export interface PodVolumes {
  /** Makes all volumes ready, or brings generated files up to date; throws with a sentence about the first that cannot be. */
  setUp(pod: Pod, facts: PodFacts): Promise<ReadonlyMap<string, ReadyVolume>>
  /** Takes everything away. */
  tearDown(): Promise<void>
  /** Lets go of watches and timers; what is on disk stays. */
  close(): void
}

/** What cannot be brought up to date is tried again after this. */
const RETRY_MS = 60_000

const isRestrained = (pod: Pod): boolean => pod.spec.securityContext?.fsGroupChangePolicy === 'OnRootMismatch'

/** Names of the ConfigMaps and Secrets whose content shows in a volume. */
function* usedBy({ configMap, secret, projected }: Volume): Iterable<['configMap' | 'secret', string]> {
  if (configMap?.name) yield ['configMap', configMap.name]
  if (secret?.secretName) yield ['secret', secret.secretName]
  for (const source of projected?.sources ?? []) {
    if (source.configMap?.name) yield ['configMap', source.configMap.name]
    if (source.secret?.name) yield ['secret', source.secret.name]
  }
}

/** Keeps the volumes of one pod. */
export function podVolumes(deps: VolumeDeps): PodVolumes {
  const { host, clock, objects } = deps
  const holds = new Map<string, Hold<unknown>>()
  const tokens = new Map<string, Map<string, IssuedToken>>()
  const set = new Map<string, ReadyVolume>()
  let timer: Timer | undefined
  let closed = false

  const holdAll = (pod: Pod): void => {
    for (const volume of pod.spec.volumes ?? []) {
      for (const [kind, name] of usedBy(volume)) {
        const key = `${kind}/${name}`
        if (holds.has(key)) continue
        const ref = { namespace: pod.metadata.namespace, name }
        holds.set(key, kind === 'configMap' ? objects.hold(ConfigMaps, ref, deps.onChange) : objects.hold(Secrets, ref, deps.onChange))
      }
    }
  }
  const contextOf = (pod: Pod, facts: PodFacts, volume: Volume, plugin: VolumePlugin): VolumeContext => {
    const known = tokens.get(volume.name) ?? new Map<string, IssuedToken>()
    tokens.set(volume.name, known)
    const root = plugin.inMemory ? deps.memoryDirectory : `${deps.directory}/volumes`
    return { pod, facts, host, client: deps.client, clock, objects, tokens: known, directory: `${root}/${plugin.directoryName}/${volume.name}` }
  }
  const own = async (pod: Pod, plugin: VolumePlugin, path: string): Promise<void> => {
    const group = pod.spec.securityContext?.fsGroup
    if (plugin.ownership && group !== undefined) await giveToGroup(host.files, path, group, { readOnly: plugin.readOnly ?? false, onRootMismatch: isRestrained(pod) })
  }
  /** Answers when the volume must be made anew. */
  const setUpOne = async (pod: Pod, facts: PodFacts, volume: Volume): Promise<number> => {
    const plugin = pluginFor(volume)
    const context = contextOf(pod, facts, volume, plugin)
    if (plugin.content) {
      const { files, refreshAtMs } = await plugin.content(volume, context)
      await host.files.makeDirectory(context.directory)
      await writeAtomically({ files: host.files, random: deps.random }, context.directory, files, clock.now(), path => own(pod, plugin, path))
      set.set(volume.name, { path: context.directory, readOnly: plugin.readOnly ?? false })
      return refreshAtMs ?? Infinity
    }
    if (set.has(volume.name)) return Infinity
    const path = await plugin.setUp!(volume, context)
    await own(pod, plugin, path)
    set.set(volume.name, { path, readOnly: plugin.readOnly ?? false })
    return Infinity
  }
  const close = (): void => {
    closed = true
    timer?.cancel()
    for (const hold of holds.values()) hold.release()
    holds.clear()
  }
  return {
    close,
    async setUp(pod, facts) {
      holdAll(pod)
      const volumes = pod.spec.volumes ?? []
      const done = await Promise.allSettled(volumes.map(volume => setUpOne(pod, facts, volume)))
      const failed = done.map((result, index) => ({ result, name: volumes[index]!.name })).filter(({ result }) => result.status === 'rejected')
      const sentences = failed.map(({ result, name }) => `MountVolume.SetUp failed for volume "${name}" : ${errorMessage((result as PromiseRejectedResult).reason)}`)
      for (const sentence of sentences) deps.onFailure(sentence)
      const refreshAtMs = Math.min(failed.length ? clock.now() + RETRY_MS : Infinity, ...done.map(result => (result.status === 'fulfilled' ? result.value : Infinity)))
      timer?.cancel()
      if (refreshAtMs < Infinity && !closed) timer = clock.after(Math.max(refreshAtMs - clock.now(), 1000), deps.onChange, { background: true })
      // A volume that was ready stays so when its source has vanished: the files are still there.
      const missing = failed.find(({ name }) => !set.has(name))
      if (missing) throw new Error(sentences[failed.indexOf(missing)])
      return set
    },
    async tearDown() {
      close()
      set.clear()
      await host.mounts.unmountBelow(`${deps.directory}/volumes`)
      await host.files.remove(deps.memoryDirectory)
      await host.files.remove(`${deps.directory}/volumes`)
    },
  }
}
