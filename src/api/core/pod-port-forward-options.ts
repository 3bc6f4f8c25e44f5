import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, list } from '../../machinery/schema/schema.ts'

const podPortForwardOptionsShape = kind('io.k8s.api.core.v1.PodPortForwardOptions', {
  ports: list(1, 'int32', { listType: 'atomic' }),
})
export interface PodPortForwardOptions extends Infer<typeof podPortForwardOptionsShape> {}
export const podPortForwardOptions: Schema<PodPortForwardOptions> = podPortForwardOptionsShape
