import { Services, type Service } from '../../api/core/service.ts'
import { forbidden } from '../../machinery/status.ts'
import type { AdmissionPlugin } from './admission.ts'

/** Nobody puts new external addresses on a service: they would take traffic that is meant for others (CVE-2020-8554). */
export const denyServiceExternalIPs: AdmissionPlugin = {
  name: 'DenyServiceExternalIPs',
  handles: ({ operation, resource, subresource }) => (operation === 'CREATE' || operation === 'UPDATE') && resource === Services && !subresource,

  validate({ object, oldObject, shownName }) {
    const before = new Set((oldObject as Service | undefined)?.spec.externalIPs)
    if ((object as Service).spec.externalIPs?.every(address => before.has(address)) ?? true) return
    throw forbidden(Services, shownName, 'Use of external IPs is denied by admission control')
  },
}
