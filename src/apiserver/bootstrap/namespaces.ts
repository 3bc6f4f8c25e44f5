import { Namespaces } from '../../api/core/namespace.ts'
import type { BootstrapObject } from './bootstrap-object.ts'

/** The namespaces that are always there. */
export const namespaces: readonly BootstrapObject[] = ['default', 'kube-system', 'kube-public', 'kube-node-lease'].map(name =>
  ({ resource: Namespaces, object: { kind: 'Namespace', apiVersion: 'v1', metadata: { name } } }))
