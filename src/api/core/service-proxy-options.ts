import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, string } from '../../machinery/schema/schema.ts'

const serviceProxyOptionsShape = kind('io.k8s.api.core.v1.ServiceProxyOptions', {
  path: string(1),
})
export interface ServiceProxyOptions extends Infer<typeof serviceProxyOptionsShape> {}
export const serviceProxyOptions: Schema<ServiceProxyOptions> = serviceProxyOptionsShape
