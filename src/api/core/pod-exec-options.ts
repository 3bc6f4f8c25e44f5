import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, kind, list, string } from '../../machinery/schema/schema.ts'

const podExecOptionsShape = kind('io.k8s.api.core.v1.PodExecOptions', {
  stdin: bool(1),
  stdout: bool(2),
  stderr: bool(3),
  tty: bool(4),
  container: string(5),
  command: list(6, 'string', { required: true, listType: 'atomic' }),
})
export interface PodExecOptions extends Infer<typeof podExecOptionsShape> {}
export const podExecOptions: Schema<PodExecOptions> = podExecOptionsShape
