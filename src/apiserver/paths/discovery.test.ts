import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acceptsAggregated } from './discovery.ts'

test('aggregated discovery answers version v2 only, so that older clients ask for the pieces', () => {
  const type = (version: string): string => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`
  assert.equal(acceptsAggregated(`${type('v2')},${type('v2beta1')},application/json`), true, 'kubectl 1.30 and newer')
  assert.equal(acceptsAggregated(`${type('v2beta1')},application/json`), false, 'kubectl 1.26 to 1.29 cannot read v2')
  assert.equal(acceptsAggregated('application/json'), false)
})
