import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Leases } from '../api/coordination/lease.ts'
import { silentLog } from '../machinery/log.ts'
import { seededRandom } from '../machinery/random.ts'
import { StatusError } from '../machinery/status.ts'
import { testCluster, type TestCluster } from '../testing/test-cluster.ts'
import { runElected } from './lease.ts'

const candidate = (cluster: TestCluster, identity: string, seed: number) => {
  const stopped = new AbortController()
  const state = { leads: false, reachable: true, stop: async () => { stopped.abort(); await done } }
  const guarded = <F>(call: F): F => ((...args: unknown[]) => state.reachable ? (call as (...a: unknown[]) => unknown)(...args) : Promise.reject(new StatusError('ServiceUnavailable', 'unreachable'))) as F
  const client = { ...cluster.client, get: guarded(cluster.client.get), update: guarded(cluster.client.update), create: guarded(cluster.client.create) }
  const done = runElected({ client, clock: cluster.clock, random: seededRandom(seed), log: silentLog, lease: { namespace: 'kube-system', name: 'k' }, identity, signal: stopped.signal }, async signal => {
    state.leads = true
    await new Promise<void>(resolve => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })))
    state.leads = false
  })
  return state
}

test('one leads; who gives up hands over at once, who falls silent after the lease has run out', async () => {
  await using cluster = await testCluster()
  const [a, b] = [candidate(cluster, 'a', 1), candidate(cluster, 'b', 2)]
  await cluster.pass(10_000)
  assert.equal(Number(a.leads) + Number(b.leads), 1)
  const [first, second] = a.leads ? [a, b] : [b, a]
  await cluster.pass(60_000)
  assert.equal(first.leads, true, 'a leader that renews stays')

  first.reachable = false
  await cluster.pass(12_500)
  assert.equal(first.leads, false, 'who cannot renew stops before another may start')
  assert.equal(second.leads, false)
  await cluster.pass(10_000)
  assert.equal(second.leads, true)
  const { spec } = await cluster.get(Leases, 'k', 'kube-system')
  assert.equal(spec.leaseTransitions, 1)

  first.reachable = true
  await second.stop()
  assert.equal((await cluster.get(Leases, 'k', 'kube-system')).spec.holderIdentity, '')
  await cluster.pass(6_000)
  assert.equal(first.leads, true)
  await first.stop()
})
