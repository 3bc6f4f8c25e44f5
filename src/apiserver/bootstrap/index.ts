import type { KubeObject } from '../../api/resource.ts'
import type { LocalApi, User } from '../../api/request.ts'
import { isReason } from '../../machinery/status.ts'
import type { ObjectReader } from '../object-reader.ts'
import type { BootstrapObject } from './bootstrap-object.ts'
import { configMaps } from './config-maps.ts'
import { flowControl } from './flow-control.ts'
import { namespaces } from './namespaces.ts'
import { priorityClasses } from './priority-classes.ts'
import { bootstrapPolicy } from './rbac.ts'

/** The API server itself, for what it writes on its own behalf. */
export const API_SERVER: User = { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] }

/** The program that such writes are booked under. */
export const USER_AGENT = 'kube-apiserver'

/** Everything that a fresh server contains, namespaces first. */
export const bootstrapObjects = (now: number): BootstrapObject[] => [...namespaces, ...configMaps(now), ...priorityClasses, ...flowControl, ...bootstrapPolicy()]

/** Makes what is missing and adds what a stored object lacks. A server whose objects are all there writes nothing. */
export async function bootstrap(api: LocalApi, reader: ObjectReader, objects: readonly BootstrapObject[]): Promise<void> {
  const [first, rest] = [objects.filter(({ resource }) => !resource.namespaced), objects.filter(({ resource }) => resource.namespaced)]
  for (const step of [first, rest]) await Promise.all(step.map(each => ensure(api, reader, each)))
}

async function ensure(api: LocalApi, reader: ObjectReader, { resource, object, reconcile }: BootstrapObject): Promise<void> {
  const { name, namespace } = object.metadata
  const at = { user: API_SERVER, userAgent: USER_AGENT, resource, options: {}, ...(namespace && { namespace }) }
  const stored = reader.get<KubeObject>(resource, namespace, name)
  if (stored) {
    const next = reconcile?.(stored)
    if (next) await api.call({ ...at, verb: 'update', name, body: next })
    return
  }
  try {
    await api.call({ ...at, verb: 'create', body: object })
  } catch (error) {
    // Another server that starts at the same time was quicker.
    if (!isReason(error, 'AlreadyExists')) throw error
  }
}
