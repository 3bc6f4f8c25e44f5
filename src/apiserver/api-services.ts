import { APIServices, type APIService } from '../api/apiregistration/api-service.ts'
import type { LocalApi } from '../api/request.ts'
import { timestamp, type Clock } from '../machinery/clock.ts'
import { API_SERVER, USER_AGENT } from './bootstrap/index.ts'
import type { Catalog } from './catalog.ts'
import type { ObjectReader } from './object-reader.ts'

/** Upstream's order of groups (higher first), and of versions where it is not 15. */
const PRIORITIES: Readonly<Record<string, number>> = {
  '': 18_000, 'apps': 17_800, 'events.k8s.io': 17_750, 'authentication.k8s.io': 17_700, 'authorization.k8s.io': 17_600, 'autoscaling': 17_500, 'batch': 17_400,
  'certificates.k8s.io': 17_300, 'networking.k8s.io': 17_200, 'policy': 17_100, 'rbac.authorization.k8s.io': 17_000, 'storage.k8s.io': 16_800,
  'admissionregistration.k8s.io': 16_700, 'apiextensions.k8s.io': 16_700, 'scheduling.k8s.io': 16_600, 'coordination.k8s.io': 16_500, 'node.k8s.io': 16_300,
  'discovery.k8s.io': 16_200, 'resource.k8s.io': 16_200, 'flowcontrol.apiserver.k8s.io': 16_100,
}
const VERSIONS: Readonly<Record<string, number>> = { 'v1.': 1, 'v2.autoscaling': 30, 'v1.resource.k8s.io': 21, 'v1.flowcontrol.apiserver.k8s.io': 21 }

/** Makes the APIService of every group version that this server serves itself, where it is missing. */
export async function registerLocal(api: LocalApi, reader: ObjectReader, catalog: Catalog, clock: Clock): Promise<void> {
  const at = { user: API_SERVER, userAgent: USER_AGENT, resource: APIServices, options: {} }
  const status = { conditions: [{ type: 'Available', status: 'True', reason: 'Local', message: 'Local APIServices are always available', lastTransitionTime: timestamp(clock.now()) }] }
  await Promise.all(catalog.groupVersions.map(async ({ group, version }) => {
    const name = `${version}.${group}`
    const priority = PRIORITIES[group]
    if (priority === undefined || reader.get(APIServices, undefined, name)) return
    const spec = { group, version, groupPriorityMinimum: priority, versionPriority: VERSIONS[name] ?? 15 }
    const made = await api.call({ ...at, verb: 'create', body: { metadata: { name, labels: { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' } }, spec } }) as APIService
    await api.call({ ...at, verb: 'update', name, subresource: 'status', body: { ...made, status } })
  }))
}
