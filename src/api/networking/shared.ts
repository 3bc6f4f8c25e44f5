import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { object, ref } from '../../machinery/schema/schema.ts'
import { httpIngressRuleValue } from './ingress.ts'

const ingressRuleValueShape = object('io.k8s.api.networking.v1.IngressRuleValue', {
  http: ref(1, httpIngressRuleValue),
})
export interface IngressRuleValue extends Infer<typeof ingressRuleValueShape> {}
export const ingressRuleValue: Schema<IngressRuleValue> = ingressRuleValueShape
