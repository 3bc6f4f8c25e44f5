import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int32, intOrString, kind, list, object, ref, string, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import { labelSelector } from '../meta/selectors.ts'

const ipBlockShape = object('io.k8s.api.networking.v1.IPBlock', {
  cidr: string(1, { required: true }),
  except: list(2, 'string', { listType: 'atomic' }),
})
export interface IPBlock extends Infer<typeof ipBlockShape> {}
export const ipBlock: Schema<IPBlock> = ipBlockShape

const networkPolicyPortShape = object('io.k8s.api.networking.v1.NetworkPolicyPort', {
  protocol: string(1, { pointer: true, enum: ['SCTP', 'TCP', 'UDP'] }),
  port: intOrString(2, { pointer: true }),
  endPort: int32(3, { pointer: true }),
})
export interface NetworkPolicyPort extends Infer<typeof networkPolicyPortShape> {}
export const networkPolicyPort: Schema<NetworkPolicyPort> = networkPolicyPortShape

const networkPolicyPeerShape = object('io.k8s.api.networking.v1.NetworkPolicyPeer', {
  podSelector: ref(1, labelSelector),
  namespaceSelector: ref(2, labelSelector),
  ipBlock: ref(3, ipBlock),
})
export interface NetworkPolicyPeer extends Infer<typeof networkPolicyPeerShape> {}
export const networkPolicyPeer: Schema<NetworkPolicyPeer> = networkPolicyPeerShape

const networkPolicyIngressRuleShape = object('io.k8s.api.networking.v1.NetworkPolicyIngressRule', {
  ports: list(1, networkPolicyPort, { listType: 'atomic' }),
  from: list(2, networkPolicyPeer, { listType: 'atomic' }),
})
export interface NetworkPolicyIngressRule extends Infer<typeof networkPolicyIngressRuleShape> {}
export const networkPolicyIngressRule: Schema<NetworkPolicyIngressRule> = networkPolicyIngressRuleShape

const networkPolicyEgressRuleShape = object('io.k8s.api.networking.v1.NetworkPolicyEgressRule', {
  ports: list(1, networkPolicyPort, { listType: 'atomic' }),
  to: list(2, networkPolicyPeer, { listType: 'atomic' }),
})
export interface NetworkPolicyEgressRule extends Infer<typeof networkPolicyEgressRuleShape> {}
export const networkPolicyEgressRule: Schema<NetworkPolicyEgressRule> = networkPolicyEgressRuleShape

const networkPolicySpecShape = object('io.k8s.api.networking.v1.NetworkPolicySpec', {
  podSelector: struct(1, labelSelector, { omitEmpty: false }),
  ingress: list(2, networkPolicyIngressRule, { listType: 'atomic' }),
  egress: list(3, networkPolicyEgressRule, { listType: 'atomic' }),
  policyTypes: list(4, 'string', { listType: 'atomic' }),
})
export interface NetworkPolicySpec extends Infer<typeof networkPolicySpecShape> {}
export const networkPolicySpec: Schema<NetworkPolicySpec> = networkPolicySpecShape

const networkPolicyShape = kind('io.k8s.api.networking.v1.NetworkPolicy', {
  metadata: struct(1, objectMeta),
  spec: struct(2, networkPolicySpec),
})
export interface NetworkPolicy extends Infer<typeof networkPolicyShape> {}
export const networkPolicy: Schema<NetworkPolicy> = networkPolicyShape
