import { dns1035Label, dnsSubdomain, pathSegment } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { bytesFromBase64 } from '../../machinery/base64.ts'
import { invalid, invalidBy, notSupported, required } from '../validation.ts'
import type { APIService } from './api-service-schema.ts'

/** One version of one group: the name says which. */
export function validateAPIService({ metadata, spec }: APIService): Cause[] {
  const { group = '', version = '', service, caBundle, insecureSkipTLSVerify, groupPriorityMinimum, versionPriority } = spec
  const name = `${version}.${group}`
  const causes = metadata.name && pathSegment(metadata.name).length === 0 && metadata.name !== name
    ? [invalid('metadata.name', metadata.name, `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(name)}`)] : []
  if (!group && version !== 'v1') causes.push(required('spec.group', 'only v1 may have an empty group and it better be legacy kube'))
  if (group) causes.push(...invalidBy('spec.group', group, dnsSubdomain))
  causes.push(...invalidBy('spec.version', version, dns1035Label))
  if (groupPriorityMinimum <= 0 || groupPriorityMinimum > 20000) causes.push(invalid('spec.groupPriorityMinimum', groupPriorityMinimum, 'must be positive and less than 20000'))
  if (versionPriority <= 0 || versionPriority > 1000) causes.push(invalid('spec.versionPriority', versionPriority, 'must be positive and less than 1000'))
  if (!service) {
    if (caBundle) causes.push(invalid('spec.caBundle', `${bytesFromBase64(caBundle).length} bytes`, 'local APIServices may not have a caBundle'))
    if (insecureSkipTLSVerify) causes.push(invalid('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify'))
    return causes
  }
  if (!service.namespace) causes.push(required('spec.service.namespace'))
  if (!service.name) causes.push(required('spec.service.name'))
  const port = service.port ?? 443
  if (port < 1 || port > 65535) causes.push(invalid('spec.service.port', port, 'port is not valid: must be between 1 and 65535, inclusive'))
  if (insecureSkipTLSVerify && caBundle) causes.push(invalid('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present'))
  return causes
}

const STATUSES = ['True', 'False', 'Unknown']

export const validateAPIServiceStatus = ({ status }: APIService): Cause[] => (status.conditions ?? []).flatMap((condition, index) =>
  (STATUSES.includes(condition.status) ? [] : [notSupported(`status.conditions[${index}].status`, condition.status, STATUSES)]))
