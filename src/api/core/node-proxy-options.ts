import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, string } from '../../machinery/schema/schema.ts'

const nodeProxyOptionsShape = kind('io.k8s.api.core.v1.NodeProxyOptions', {
  path: string(1),
})
export interface NodeProxyOptions extends Infer<typeof nodeProxyOptionsShape> {}
export const nodeProxyOptions: Schema<NodeProxyOptions> = nodeProxyOptionsShape
