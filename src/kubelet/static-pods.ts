import { Nodes } from '../api/core/node.ts'
import { Pods, type Pod } from '../api/core/pod/pod.ts'
import { timestamp } from '../machinery/clock.ts'
import { errorMessage } from '../machinery/log.ts'
import { applyDefaults } from '../machinery/schema/defaults.ts'
import { decode } from '../machinery/schema/decode.ts'
import { isReason } from '../machinery/status.ts'
import { parseYaml } from '../machinery/yaml.ts'
import { textHash } from './container/hash.ts'
import { CONFIG_HASH, CONFIG_MIRROR, CONFIG_SEEN, CONFIG_SOURCE, isMirrorPod } from './names.ts'
import type { KubeletOptions } from './options.ts'

/** Pods from manifests in a folder: they run without an API server, and show in it as mirror pods. */
export interface StaticPods {
  /** Resolves when the folder has been read for the first time. */
  readonly ready: Promise<void>
  /** The static pods that there are now, by uid. */
  readonly pods: ReadonlyMap<string, Pod>
  /** The API's object that shows a static pod, while there is one. */
  mirrorOf(pod: Pod): Pod | undefined
  /** Is told of each pod that the API has for this node. */
  observe(pod: Pod, gone: boolean): void
}

export interface StaticPodHandlers {
  started(pod: Pod): void
  ended(uid: string): void
  /** A mirror pod has come or changed: its status may have to be written. */
  mirrored(uid: string): void
}

const nameOf = ({ metadata }: Pod): string => `${metadata.namespace}/${metadata.name}`

/** Stands for the uid that only the API could give: 32 hexadecimal digits, the same for the same manifest on the same node. */
const digest = (text: string): string => [1, 2, 3, 4].map(seed => textHash(text, seed)).join('')

/** The pod that a manifest describes, on this node; throws a sentence when it describes none. */
export function staticPod(text: string, { nodeName, clock }: Pick<KubeletOptions, 'nodeName' | 'clock'>): Pod {
  const parsed = parseYaml(text)
  const { object, problems } = decode(Pods.schema, parsed.value, parsed)
  if (object.kind !== 'Pod' || object.apiVersion !== 'v1') throw new Error(`it holds a ${object.kind || 'nothing'}, not a Pod`)
  if (problems.length) throw new Error(problems.join(', '))
  if (!object.metadata?.name || !object.spec?.containers?.length) throw new Error('a pod needs a name and containers')
  const hash = digest(`${nodeName}\n${text}`)
  const pod: Pod = structuredClone(object)
  pod.metadata = {
    ...pod.metadata, name: `${object.metadata.name}-${nodeName}`, namespace: object.metadata.namespace || 'default', uid: hash, resourceVersion: '0', creationTimestamp: timestamp(clock.now()),
    annotations: { ...pod.metadata.annotations, [CONFIG_HASH]: hash, [CONFIG_SOURCE]: 'file', [CONFIG_SEEN]: timestamp(clock.now()) },
  }
  pod.spec = { ...pod.spec, nodeName, tolerations: [...(pod.spec.tolerations ?? []), { operator: 'Exists', effect: 'NoExecute' }] }
  pod.status = {}
  applyDefaults(Pods.schema, pod)
  Pods.defaults?.(pod)
  // What only the API can give is not for a pod that must run without it.
  pod.spec.automountServiceAccountToken = false
  return pod
}

/** Reads the folder, and again whenever something in it changes, until the signal is aborted. */
export function staticPods(options: KubeletOptions & { readonly staticPodDir: string }, handlers: StaticPodHandlers, signal: AbortSignal): StaticPods {
  const { host: { files }, client, log, staticPodDir } = options
  const pods = new Map<string, Pod>()
  const mirrors = new Map<string, Pod>()
  const ready = Promise.withResolvers<void>()

  const readAll = async (): Promise<Map<string, Pod>> => {
    const found = new Map<string, Pod>()
    for (const { name, kind } of (await files.list(staticPodDir)).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (name.startsWith('.') || kind === 'directory') continue
      try {
        const pod = staticPod(await files.readText(`${staticPodDir}/${name}`), options)
        found.set(pod.metadata.uid, pod)
      } catch (error) {
        log.error('a static pod cannot be read', { file: `${staticPodDir}/${name}`, error: errorMessage(error) })
      }
    }
    return found
  }
  const load = async (): Promise<void> => {
    const found = await readAll()
    for (const [uid, pod] of pods) {
      if (found.has(uid)) continue
      pods.delete(uid)
      handlers.ended(uid)
      const mirror = mirrors.get(nameOf(pod))
      if (mirror) await removeMirror(mirror)
    }
    for (const [uid, pod] of found) {
      if (pods.has(uid)) continue
      pods.set(uid, pod)
      handlers.started(pod)
      await syncMirror(pod)
    }
    ready.resolve()
  }
  const removeMirror = async ({ metadata: { name, namespace, uid } }: Pod): Promise<void> => {
    await client.delete(Pods, { name, namespace }, { gracePeriodSeconds: 0, preconditions: { uid } }).catch(error => {
      if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error
    })
  }
  /** A mirror that shows something else, or that somebody wants deleted, makes room for a new one. */
  const syncMirror = async (pod: Pod): Promise<void> => {
    try {
      const mirror = mirrors.get(nameOf(pod))
      if (mirror?.metadata.annotations?.[CONFIG_MIRROR] === pod.metadata.uid && mirror.metadata.deletionTimestamp == null) return
      if (mirror) return await removeMirror(mirror)
      const node = await client.get(Nodes, { name: options.nodeName })
      const { uid, resourceVersion: _version, creationTimestamp: _created, ...metadata } = pod.metadata
      const owner = { apiVersion: 'v1', kind: 'Node', name: node.metadata.name, uid: node.metadata.uid, controller: true }
      await client.create(Pods, {
        ...pod, metadata: { ...metadata, annotations: { ...metadata.annotations, [CONFIG_MIRROR]: uid }, ownerReferences: [owner] },
      })
    } catch (error) {
      if (!signal.aborted && !isReason(error, 'AlreadyExists')) log.warn('a mirror pod cannot be made', { pod: nameOf(pod), error: errorMessage(error) })
    }
  }
  const watch = async (): Promise<void> => {
    await files.makeDirectory(staticPodDir)
    for await (const _ of files.watch(staticPodDir, signal)) await load()
  }
  watch().catch(error => {
    if (!signal.aborted) log.error('the folder of static pods cannot be watched', { folder: staticPodDir, error: errorMessage(error) })
    ready.resolve()
  })
  return {
    ready: ready.promise, pods,
    mirrorOf: pod => {
      const mirror = mirrors.get(nameOf(pod))
      return mirror?.metadata.annotations?.[CONFIG_MIRROR] === pod.metadata.uid ? mirror : undefined
    },
    observe(object, gone) {
      if (!isMirrorPod(object)) return
      if (gone) mirrors.delete(nameOf(object))
      else mirrors.set(nameOf(object), object)
      const pod = [...pods.values()].find(each => nameOf(each) === nameOf(object))
      if (pod) {
        void syncMirror(pod)
        handlers.mirrored(pod.metadata.uid)
      } else if (!gone) void ready.promise.then(async () => {
        if (![...pods.values()].some(each => nameOf(each) === nameOf(object))) await removeMirror(object)
      }).catch(error => log.warn('a mirror pod cannot be removed', { pod: nameOf(object), error: errorMessage(error) }))
    },
  }
}

/** None, for a node without such a folder. */
export const noStaticPods: StaticPods = { ready: Promise.resolve(), pods: new Map(), mirrorOf: () => undefined, observe: () => undefined }
