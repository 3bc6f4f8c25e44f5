import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endpointAddressProblems } from './endpoint-address.ts'

const cases: readonly (readonly [address: string, problem?: RegExp])[] = [
  ['10.0.0.1'], ['2001:db8::1'], ['0.0.0.0', /unspecified/], ['::', /unspecified/], ['127.1.2.3', /loopback/], ['0:0::1', /loopback/], ['::ffff:127.0.0.1', /loopback/],
  ['169.254.1.1', /link-local range/], ['febf::1', /link-local range/], ['fec0::1'], ['224.0.0.9', /multicast/], ['224.0.1.9'], ['ff02::1', /multicast/], ['ff12::1', /multicast/],
  ['ff05::1'], ['x', /must be a valid IP address/],
]

for (const [address, problem] of cases) {
  test(`an endpoint at ${address}`, () => {
    const found = endpointAddressProblems(address)
    if (problem) assert.match(found.join(), problem)
    else assert.deepEqual(found, [])
  })
}
