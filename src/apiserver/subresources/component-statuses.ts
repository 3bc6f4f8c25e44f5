import { ComponentStatuses } from '../../api/core/component-status.ts'
import { notFound } from '../../machinery/status.ts'
import { nameOf } from '../call.ts'
import type { SubresourceHandler } from './subresource.ts'

const ETCD = 'etcd-0'

/** The oldest health check: the store is the only component that the API server looks at itself. */
export const componentStatuses: SubresourceHandler = {
  kind: 'ComponentStatus',
  async perform(_server, call) {
    const healthy = { conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }] }
    const item = { metadata: { name: ETCD }, ...healthy }
    if (call.verb === 'list') return { object: { kind: 'ComponentStatusList', apiVersion: 'v1', metadata: {}, items: [item] } }
    if (nameOf(call) !== ETCD) throw notFound(ComponentStatuses, nameOf(call))
    return { object: { kind: 'ComponentStatus', apiVersion: 'v1', ...item } }
  },
}
