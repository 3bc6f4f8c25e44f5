import { ComponentStatuses } from '../../api/core/component-status.ts'
import type { KubeObject } from '../../api/resource.ts'
import { StatusError } from '../../machinery/status.ts'
import { CacheEntry } from '../../storage/cache-entry.ts'
import { nameOf } from '../call.ts'
import { selectionOf } from '../selection.ts'
import type { SubresourceHandler } from './subresource.ts'

/** The oldest health check. The store is the only component that the API server looks at itself; of the others it knows the names. */
const COMPONENTS: readonly object[] = [
  { metadata: { name: 'controller-manager' } },
  { metadata: { name: 'etcd-0' }, conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }] },
  { metadata: { name: 'scheduler' } },
]

export const componentStatuses: SubresourceHandler = {
  kind: 'ComponentStatus',
  async perform(_server, call) {
    const components = COMPONENTS.map(component => ({ ...component, kind: 'ComponentStatus', apiVersion: 'v1' })) as unknown as readonly KubeObject[]
    if (call.verb === 'list') {
      const selection = selectionOf(ComponentStatuses, call.options)
      const entries = components.filter(item => selection.matches(item)).map(item => new CacheEntry(item.metadata.name, 0, 0, item))
      return { object: { kind: 'ComponentStatusList', apiVersion: 'v1' }, page: { entries, metadata: {} } }
    }
    const name = nameOf(call)
    const component = components.find(({ metadata }) => metadata.name === name)
    // Upstream names the kind in the singular here, and nowhere else.
    if (!component) throw new StatusError('NotFound', `componentstatus ${JSON.stringify(name)} not found`, { name, kind: 'componentstatus' })
    return { object: component }
  },
}
