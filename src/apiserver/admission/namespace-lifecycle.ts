import type { Namespace } from '../../api/core/namespace.ts'
import { Namespaces } from '../../api/core/namespace.ts'
import { StatusError, forbidden, notFound } from '../../machinery/status.ts'
import type { AdmissionPlugin } from './admission.ts'

const IMMORTAL = ['default', 'kube-system', 'kube-public']

/** Nothing new comes into a namespace that is missing or going away, and the system's namespaces stay. */
export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  handles: ({ operation, resource }) => operation === 'CREATE' || (operation === 'DELETE' && resource === Namespaces),

  mutate(request, context) {
    const { operation, resource, namespace, name } = request
    if (operation === 'DELETE') {
      if (IMMORTAL.includes(name)) throw forbidden(Namespaces, name, 'this namespace may not be deleted')
      return
    }
    if (!namespace || !resource.namespaced || isAccessReview(resource.group)) return
    const home = context.get<Namespace>(Namespaces, undefined, namespace)
    if (!home) throw notFound(Namespaces, namespace)
    if (home.status.phase !== 'Terminating' && !home.metadata.deletionTimestamp) return
    const refusal = forbidden(resource, request.shownName, `unable to create new content in namespace ${namespace} because it is being terminated`)
    const cause = { reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' }
    throw new StatusError('Forbidden', refusal.message, { ...refusal.details, causes: [cause] })
  },
}

/** Reviews are questions, not content: they may name a namespace that does not exist. */
const isAccessReview = (group: string): boolean => group === 'authorization.k8s.io'
