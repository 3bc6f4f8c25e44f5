import { test } from 'node:test'
import type { Deployment } from '../../src/api/apps/deployment.ts'
import type { Container } from '../../src/api/core/pod/container.ts'
import type { Pod } from '../../src/api/core/pod/pod.ts'
import type { PodSpec } from '../../src/api/core/pod/pod-spec.ts'
import type { Service } from '../../src/api/core/service.ts'
import type { ObjectMeta } from '../../src/api/meta/object-meta.ts'
import type { Draft } from '../../src/machinery/schema/schema.ts'

/** Compiles only if both types are the same; run time has nothing to check. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const holds = <T extends true>(): T | undefined => undefined

test('the types that people see most are what they should be', () => {
  holds<Same<Pod['metadata'], ObjectMeta>>()
  holds<Same<Pod['spec'], PodSpec>>()
  holds<Same<PodSpec['containers'], Container[]>>()
  holds<Same<PodSpec['initContainers'], Container[] | undefined>>()
  holds<Same<PodSpec['nodeSelector'], Record<string, string> | undefined>>()
  holds<Same<PodSpec['terminationGracePeriodSeconds'], number | undefined>>()
  holds<Same<Container['name'], string>>()
  holds<Same<Container['image'], string | undefined>>()
  holds<Same<Container['imagePullPolicy'], 'Always' | 'IfNotPresent' | 'Never' | undefined>>()
  holds<Same<NonNullable<Container['ports']>[number]['containerPort'], number>>()
  holds<Same<NonNullable<Container['resources']['limits']>, Record<string, string>>>()
  holds<Same<NonNullable<Service['spec']['ports']>[number]['targetPort'], string | number | undefined>>()
  holds<Same<Deployment['spec']['template']['spec'], PodSpec>>()
  holds<Same<ObjectMeta['name'], string>>()
  holds<Same<ObjectMeta['creationTimestamp'], string>>()
  holds<Same<ObjectMeta['deletionTimestamp'], string | undefined>>()
  holds<Same<ObjectMeta['labels'], Record<string, string> | undefined>>()
  // A time that is no pointer is written as null when unset.
  holds<Same<NonNullable<NonNullable<Pod['status']>['conditions']>[number]['lastTransitionTime'], string | null | undefined>>()
  const draft: Draft<Pod> = { spec: { containers: [{ name: 'a' }] } }
  // @ts-expect-error a number is no name
  const wrong: Draft<Pod> = { spec: { containers: [{ name: 1 }] } }
  return void [draft, wrong]
})
