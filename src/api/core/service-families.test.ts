import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settleFamilies, validateAddressUpdate, type Family } from './service-families.ts'
import type { ServiceSpec } from './service-schema.ts'

type Case = readonly [what: string, spec: Partial<ServiceSpec>, settled: Partial<ServiceSpec> | string[], old?: Partial<ServiceSpec> | undefined, cluster?: readonly Family[]]
const SINGLE = ['IPv4'] as const
const DUAL = ['IPv4', 'IPv6'] as const
const specOf = (stated: Partial<ServiceSpec>): ServiceSpec => ({ type: 'ClusterIP', selector: { a: 'b' }, ...structuredClone(stated) }) as ServiceSpec

const cases: readonly Case[] = [
  ['nothing is stated', {}, { ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv4'] }],
  ['either will do', { ipFamilyPolicy: 'PreferDualStack' }, { ipFamilies: ['IPv4'] }],
  ['both are there', { ipFamilyPolicy: 'PreferDualStack' }, { ipFamilies: ['IPv4', 'IPv6'] }, undefined, DUAL],
  ['both are needed and not there', { ipFamilyPolicy: 'RequireDualStack' }, ['spec.ipFamilyPolicy']],
  ['a family that the cluster lacks', { ipFamilies: ['IPv6'] }, ['spec.ipFamilies[0]']],
  ['an address that the cluster cannot have', { clusterIP: 'fd00::1', clusterIPs: ['fd00::1'] }, ['spec.clusterIPs[0]']],
  ['two addresses under one family are told together', { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1', 'fd00::1'] }, ['spec.ipFamilyPolicy', 'spec.clusterIPs[1]']],
  ['the order of addresses is the order of families', { ipFamilyPolicy: 'PreferDualStack', clusterIP: 'fd00::1', clusterIPs: ['fd00::1', '10.0.0.1'] }, { ipFamilies: ['IPv6', 'IPv4'] }, undefined, DUAL],
  ['without address and selector', { clusterIP: 'None', clusterIPs: ['None'], selector: {} }, { ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv4', 'IPv6'] }],
  ['without address, with a selector', { clusterIP: 'None', clusterIPs: ['None'] }, { ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv4'] }],
  ['a name only', { type: 'ExternalName' }, {}],
  ['the policy of before stays', {}, { ipFamilyPolicy: 'PreferDualStack', ipFamilies: ['IPv4'] }, { ipFamilyPolicy: 'PreferDualStack', ipFamilies: ['IPv4'] }],
  ['a second family goes with its policy', { ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv4', 'IPv6'] }, { ipFamilies: ['IPv4'] }, { ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv4', 'IPv6'] }, DUAL],
  ['a second family does not go without it', { ipFamilies: ['IPv4'] }, ['spec.ipFamilyPolicy'], { ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv4', 'IPv6'] }, DUAL],
  ['unknown families', { ipFamilies: ['x', 'x'] as unknown as Family[] }, ['spec.ipFamilies[0]', 'spec.ipFamilies[1]', 'spec.ipFamilies[1]']],
  ['addresses that are none', { clusterIP: 'x', clusterIPs: ['x', 'y', 'z'] }, ['spec.clusterIPs[0]', 'spec.clusterIPs[1]', 'spec.clusterIPs[2]', 'spec.clusterIPs']],
  ['an address only in the list', { clusterIPs: ['10.0.0.1'] }, ['spec.clusterIPs']],
]

for (const [what, stated, settled, old, cluster = SINGLE] of cases) {
  test(`IP families: ${what}`, () => {
    const spec = specOf(stated)
    const causes = settleFamilies(spec, old && specOf(old), cluster).map(({ field }) => field)
    if (Array.isArray(settled)) return assert.deepEqual(causes, settled)
    assert.deepEqual(causes, [])
    for (const [name, value] of Object.entries(settled)) assert.deepEqual(spec[name as keyof ServiceSpec], value)
  })
}

test('an address stays as long as the service has one', () => {
  const old = specOf({ clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ipFamilies: ['IPv4'] })
  const fields = (next: Partial<ServiceSpec>): unknown[] => validateAddressUpdate(specOf(next), old).map(({ field }) => field)
  assert.deepEqual(fields({ clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ipFamilies: ['IPv4'] }), [])
  assert.deepEqual(fields({ clusterIP: '10.0.0.2', clusterIPs: ['10.0.0.2'], ipFamilies: ['IPv4'] }), ['spec.clusterIPs[0]'])
  assert.deepEqual(fields({ clusterIP: 'None', clusterIPs: ['None'], ipFamilies: ['IPv4'] }), ['spec.clusterIPs[0]'])
  assert.deepEqual(fields({ ipFamilies: ['IPv4'] }), ['spec.clusterIPs[0]'])
  assert.deepEqual(fields({ type: 'ExternalName' }), [])
})
