import type { AnyResource, KubeObject } from '../../api/resource.ts'

/** An object that a fresh server has, as a client would create it. */
export interface BootstrapObject {
  readonly resource: AnyResource
  readonly object: { kind: string; apiVersion: string; metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> } } & Record<string, unknown>
  /** What a stored object lacks of its bootstrap form; undefined: nothing. Absent: an object that exists is left as it is. */
  reconcile?(stored: KubeObject): KubeObject | undefined
}
