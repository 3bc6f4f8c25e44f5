import { Namespaces, type Namespace } from '../../api/core/namespace.ts'
import { ResourceClaims, type ResourceClaim } from '../../api/resource/resource-claim.ts'
import { ResourceClaimTemplates, type ResourceClaimTemplate } from '../../api/resource/resource-claim-template.ts'
import type { DeviceClaim } from '../../api/resource/shared.ts'
import { forbidden } from '../../api/validation.ts'
import { invalid, type Cause } from '../../machinery/status.ts'
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts'

const LABEL = 'resource.kubernetes.io/admin-access'

/** Devices that others use are given to administrators only, and their namespaces say so (KEP-5018). What is stored already stays. */
export const deviceAdminAccess: AdmissionPlugin = {
  name: 'DeviceAdminAccess',
  handles: ({ resource, operation, subresource }) =>
    (operation === 'CREATE' && !subresource && (resource === ResourceClaims || resource === ResourceClaimTemplates)) ||
    (operation === 'UPDATE' && resource === ResourceClaims && subresource === 'status'),

  validate(request, context) {
    const fields = fieldsOf(request)
    if (fields.length === 0 || context.get<Namespace>(Namespaces, undefined, request.namespace!)?.metadata.labels?.[LABEL] === 'true') return
    const why = `admin access to devices requires the \`${LABEL}: true\` label on the containing namespace`
    throw invalid(request.resource, request.name, fields.map((field): Cause => forbidden(field, why)))
  },
}

/** Where admin access is asked for, or given. */
function fieldsOf({ operation, resource, object, oldObject }: AdmissionRequest): string[] {
  if (operation === 'UPDATE') {
    const results = (oldObject as ResourceClaim).status.allocation ? [] : (object as ResourceClaim).status.allocation?.devices.results ?? []
    return results.flatMap(({ adminAccess }, index) => (adminAccess ? [`status.allocation.devices.results[${index}].adminAccess`] : []))
  }
  const devices: DeviceClaim = resource === ResourceClaimTemplates ? (object as ResourceClaimTemplate).spec.spec.devices : (object as ResourceClaim).spec.devices
  return (devices.requests ?? []).flatMap(({ exactly }, index) => (exactly?.adminAccess ? [`spec.devices.requests[${index}].adminAccess`] : []))
}
