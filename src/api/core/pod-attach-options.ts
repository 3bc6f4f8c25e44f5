import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, kind, string } from '../../machinery/schema/schema.ts'

const podAttachOptionsShape = kind('io.k8s.api.core.v1.PodAttachOptions', {
  stdin: bool(1),
  stdout: bool(2),
  stderr: bool(3),
  tty: bool(4),
  container: string(5),
})
export interface PodAttachOptions extends Infer<typeof podAttachOptionsShape> {}
export const podAttachOptions: Schema<PodAttachOptions> = podAttachOptionsShape
