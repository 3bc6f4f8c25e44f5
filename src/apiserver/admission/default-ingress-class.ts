import type { IngressClass } from '../../api/networking/ingress-class.ts'
import { IngressClasses } from '../../api/networking/ingress-class.ts'
import type { Ingress } from '../../api/networking/ingress.ts'
import { Ingresses } from '../../api/networking/ingress.ts'
import type { AdmissionPlugin } from './admission.ts'
import { newestDefault } from './default-storage-class.ts'

const DEFAULT_ANNOTATION = 'ingressclass.kubernetes.io/is-default-class'
const LEGACY_ANNOTATION = 'kubernetes.io/ingress.class'

/** An ingress that names no class gets the default one. */
export const defaultIngressClass: AdmissionPlugin = {
  name: 'DefaultIngressClass',
  handles: ({ operation, resource, subresource }) => resource === Ingresses && !subresource && operation === 'CREATE',

  mutate(request, context) {
    const ingress = request.object as Ingress
    if (ingress.spec.ingressClassName !== undefined || ingress.metadata.annotations?.[LEGACY_ANNOTATION] !== undefined) return
    const chosen = newestDefault(context.list<IngressClass>(IngressClasses).filter(({ metadata }) => metadata.annotations?.[DEFAULT_ANNOTATION] === 'true'))
    if (chosen) ingress.spec.ingressClassName = chosen.metadata.name
  },
}
