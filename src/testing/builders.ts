import type { Deployment } from '../api/apps/deployment.ts'
import type { ReplicaSet } from '../api/apps/replica-set.ts'
import type { Node } from '../api/core/node.ts'
import type { Pod } from '../api/core/pod/pod.ts'
import type { Service } from '../api/core/service.ts'
import type { Draft } from '../machinery/schema/schema.ts'

/** What most tests say of an object's metadata. */
export interface MetaParts {
  readonly namespace?: string
  readonly labels?: Record<string, string>
  readonly annotations?: Record<string, string>
}

const meta = (name: string, { namespace = 'default', labels, annotations }: MetaParts = {}) =>
  ({ name, namespace, ...(labels && { labels }), ...(annotations && { annotations }) })

/** A container that asks for the given resources. */
export const container = (requests?: Record<string, string>, image = 'web:1') =>
  ({ name: 'main', image, ...(requests && { resources: { requests } }) })

/** A pod with one container. `spec` is laid over what is made here. */
export const pod = (name: string, { requests, spec, ...parts }: MetaParts & { requests?: Record<string, string>; spec?: Draft<Pod['spec']> } = {}): Draft<Pod> =>
  ({ metadata: meta(name, parts), spec: { containers: [container(requests)], ...spec } }) as Draft<Pod>

/** A node that can take pods. */
export const node = (name: string, { labels, spec, allocatable, ready = true }: MetaParts & { spec?: Draft<Node['spec']>; allocatable?: Record<string, string>; ready?: boolean } = {}): Draft<Node> => {
  const resources = { cpu: '4', memory: '8Gi', pods: '110', ...allocatable }
  return {
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    ...(spec && { spec }),
    status: { capacity: resources, allocatable: resources, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  } as Draft<Node>
}

/** The template that the workloads below use. */
export const template = (labels: Record<string, string>, image = 'web:1', nodeName?: string) =>
  ({ metadata: { labels }, spec: { containers: [container(undefined, image)], ...(nodeName && { nodeName }) } })

/** A ReplicaSet whose pods carry `app: <name>`. */
export const replicaSet = (name: string, { replicas = 1, minReadySeconds, ...parts }: MetaParts & { replicas?: number; minReadySeconds?: number } = {}): Draft<ReplicaSet> => ({
  metadata: meta(name, parts),
  spec: { replicas, ...(minReadySeconds !== undefined && { minReadySeconds }), selector: { matchLabels: { app: name } }, template: template({ app: name }) },
} as Draft<ReplicaSet>)

/** A Deployment whose pods carry `app: <name>`. */
export const deployment = (name: string, { replicas = 1, image = 'web:1', nodeName, spec, ...parts }: MetaParts & { replicas?: number; image?: string; nodeName?: string; spec?: Draft<Deployment['spec']> } = {}): Draft<Deployment> => ({
  metadata: meta(name, parts),
  spec: { replicas, selector: { matchLabels: { app: name } }, template: template({ app: name }, image, nodeName), ...spec },
} as Draft<Deployment>)

/** A Service in front of pods with `app: <name>`. */
export const service = (name: string, { spec, ...parts }: MetaParts & { spec?: Draft<Service['spec']> } = {}): Draft<Service> => ({
  metadata: meta(name, parts),
  spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }], clusterIP: 'None', ...spec },
} as Draft<Service>)
