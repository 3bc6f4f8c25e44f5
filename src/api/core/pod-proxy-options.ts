import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, string } from '../../machinery/schema/schema.ts'

const podProxyOptionsShape = kind('io.k8s.api.core.v1.PodProxyOptions', {
  path: string(1),
})
export interface PodProxyOptions extends Infer<typeof podProxyOptionsShape> {}
export const podProxyOptions: Schema<PodProxyOptions> = podProxyOptionsShape
