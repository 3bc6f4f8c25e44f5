import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Deployments, type Deployment } from '../api/apps/deployment.ts'
import { ReplicaSets } from '../api/apps/replica-set.ts'
import { Pods, type Pod } from '../api/core/pod/pod.ts'
import { isPodActive, isPodReady } from '../api/core/pod/predicates.ts'
import { deployment } from '../testing/builders.ts'
import { testCluster, type TestCluster } from '../testing/test-cluster.ts'
import { deploymentController } from './deployment.ts'
import { replicaSetController } from './replicaset.ts'
import { replicasOf, rollingLimits } from './replicaset-facts.ts'

/** What happens between two looks at the cluster. The numbers choose among the pods that are there. */
type Step = { readonly type: 'ready' | 'unready' | 'lose' | 'finish'; readonly which: number } | { readonly type: 'image'; readonly which: number } | { readonly type: 'wait' }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('ready' as const), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('unready' as const, 'lose' as const, 'finish' as const), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('image' as const), which: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.constant({ type: 'wait' as const }) },
)
const amount = fc.oneof(fc.nat(3), fc.constantFrom('0%', '25%', '50%', '100%'))

const setImage = (image: string) => (d: Deployment): Deployment =>
  ({ ...d, spec: { ...d.spec, template: { ...d.spec.template, spec: { ...d.spec.template.spec!, containers: [{ ...d.spec.template.spec!.containers[0]!, image }] } } } })

async function take(cluster: TestCluster, move: Step): Promise<'harm' | 'fair'> {
  if (move.type === 'wait') await cluster.pass(5_000)
  if (move.type === 'image') await cluster.edit(Deployments, 'web', setImage(`web:${move.which}`))
  if (move.type === 'wait' || move.type === 'image') return 'fair'
  const pods = (await cluster.list(Pods)).filter(isPodActive)
  const waiting = pods.filter(pod => !isPodReady(pod))
  const from = move.type === 'ready' ? waiting : pods
  const pod = from[move.which % Math.max(1, from.length)]
  if (!pod) return 'fair'
  if (move.type === 'ready') await cluster.becomesReady(pod)
  else if (move.type === 'unready') await cluster.becomesReady(pod, false)
  else if (move.type === 'lose') await cluster.client.delete(Pods, pod.metadata, { gracePeriodSeconds: 0 })
  else await cluster.editStatus(Pods, pod.metadata.name, object => ({ ...object, status: { ...object.status, phase: 'Failed' as const } }))
  return move.type === 'ready' ? 'fair' : 'harm'
}

const available = (pods: readonly Pod[]): number => pods.filter(pod => isPodActive(pod) && isPodReady(pod)).length

test('law: a rollout never has more pods than replicas and surge, and never takes away more than may be missing', async () => {
  await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 6 }), amount, amount, fc.array(step, { minLength: 5, maxLength: 25 }), async (replicas, maxSurge, maxUnavailable, moves) => {
    const zero = (value: number | string): boolean => Number.parseInt(String(value), 10) === 0
    fc.pre(!(zero(maxSurge) && zero(maxUnavailable)))
    await using cluster = await testCluster({ controllers: [replicaSetController, deploymentController] })
    await cluster.create(Deployments, deployment('web', { replicas, spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } } } }))
    await cluster.settle()
    for (const pod of await cluster.list(Pods)) await cluster.becomesReady(pod)
    await cluster.settle()
    for (const move of moves) {
      const before = available(await cluster.list(Pods))
      const harm = await take(cluster, move)
      const hurt = available(await cluster.list(Pods))
      await cluster.settle()
      const d = await cluster.get(Deployments, 'web')
      const { maxSurge: surge, maxUnavailable: missing } = rollingLimits(d)
      const pods = (await cluster.list(Pods)).filter(isPodActive)
      assert.ok(pods.length <= replicasOf(d) + surge, `${pods.length} pods of ${replicasOf(d)} + ${surge}`)
      // Only what the controllers do counts: from where the world's harm left off they never go below the floor.
      const floor = Math.min(harm === 'harm' ? hurt : before, replicasOf(d) - missing)
      assert.ok(available(pods) >= floor, `${available(pods)} available, ${floor} must be`)
    }
    await finishes(cluster, replicas)
  }), { numRuns: 25, seed: 20_261_121 })
})

/** Once every pod becomes ready in its turn, the rollout ends with the last template alone. */
async function finishes(cluster: TestCluster, replicas: number): Promise<void> {
  for (let round = 0; round < 60; round++) {
    const waiting = (await cluster.list(Pods)).filter(pod => isPodActive(pod) && !isPodReady(pod))
    if (waiting.length === 0) break
    for (const pod of waiting) await cluster.becomesReady(pod).catch(() => undefined)
    await cluster.settle()
  }
  const { status, spec } = await cluster.get(Deployments, 'web')
  assert.equal(status.updatedReplicas, replicas)
  assert.equal(status.availableReplicas, replicas)
  const running = (await cluster.list(ReplicaSets)).filter(rs => replicasOf(rs) > 0)
  assert.deepEqual(running.map(rs => rs.spec.template.spec!.containers[0]!.image), [spec.template.spec!.containers[0]!.image])
}
