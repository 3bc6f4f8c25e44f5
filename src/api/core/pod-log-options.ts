import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, int64, kind, string, time } from '../../machinery/schema/schema.ts'

const podLogOptionsShape = kind('io.k8s.api.core.v1.PodLogOptions', {
  container: string(1),
  follow: bool(2),
  previous: bool(3),
  sinceSeconds: int64(4, { pointer: true }),
  sinceTime: time(5, { pointer: true }),
  timestamps: bool(6),
  tailLines: int64(7, { pointer: true }),
  limitBytes: int64(8, { pointer: true }),
  insecureSkipTLSVerifyBackend: bool(9),
  stream: string(10, { pointer: true }),
})
export interface PodLogOptions extends Infer<typeof podLogOptionsShape> {}
export const podLogOptions: Schema<PodLogOptions> = podLogOptionsShape
