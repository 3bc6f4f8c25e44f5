import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressWarnings, canonicalAddressProblems, canonicalCidrProblems, cidrProblems, cidrWarnings, formatAddress, isStrictSubset, parseAddress, parseCidr } from './cidr.ts'

test('addresses have one form', () => {
  const cases: [string, string][] = [
    ['192.0.2.7', '192.0.2.7'], ['192.0.02.7', '192.0.2.7'], ['2001:DB8:0::1', '2001:db8::1'], ['::', '::'], ['::1', '::1'], ['1::', '1::'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'], ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'], ['::ffff:1.2.3.4', '1.2.3.4'], ['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
  ]
  for (const [text, canonical] of cases) assert.equal(formatAddress(parseAddress(text)!), canonical, text)
  for (const text of ['', 'a', '1.2.3', '1.2.3.256', '1::2::3', '1:2:3:4:5:6:7', 'fe80::1%eth0']) assert.equal(parseAddress(text), undefined, text)
})

test('subnets are told what is wrong with them', () => {
  const cases: [string, string[]][] = [
    ['10.0.0.0/8', []], ['fd00::/112', []], ['FD00::/112', []], ['10.0.0.0', ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)']],
    ['10.0.0.0/33', ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)']], ['010.0.0.1/8', ['must not have leading 0s in IP or prefix length']],
    ['10.0.0.0/08', ['must not have leading 0s in IP or prefix length']], ['10.0.0.1/8', ['must not have bits set beyond the prefix length']],
    ['::ffff:10.0.0.0/104', ['must not have an IPv4-mapped IPv6 address']],
  ]
  for (const [text, problems] of cases) assert.deepEqual(cidrProblems(text), problems, text)
  assert.deepEqual(canonicalCidrProblems('FD00:0::/112'), ['must be in canonical form ("fd00::/112")'])
})

test('a subset is smaller than what it is part of', () => {
  const cases: [string, string, boolean][] = [
    ['10.0.0.0/8', '10.1.0.0/16', true], ['10.0.0.0/8', '10.0.0.0/8', false], ['10.0.0.0/8', '11.0.0.0/16', false],
    ['10.0.0.0/8', '10.0.0.0/7', false], ['0.0.0.0/0', 'fd00::/64', false], ['fd00::/8', 'fd00::/64', true],
  ]
  for (const [outer, inner, expected] of cases) assert.equal(isStrictSubset(parseCidr(outer)!, parseCidr(inner)!), expected, `${inner} in ${outer}`)
})

test('loose forms are warned of', () => {
  assert.deepEqual(cidrWarnings('f', '10.0.0.0/8'), [])
  assert.deepEqual(cidrWarnings('f', '10.0.0.1/8'), ['f: CIDR value "10.0.0.1/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.0.0.1/32"?)'])
  assert.deepEqual(cidrWarnings('f', 'FD00::/8'), ['f: IPv6 CIDR value "FD00::/8" should be in RFC 5952 canonical format ("fd00::/8")'])
})

test('addresses are read in many forms and have one', () => {
  assert.deepEqual(addressWarnings('f', '10.0.0.1'), [])
  assert.deepEqual(addressWarnings('f', '010.0.0.1'), ['f: non-standard IP address "010.0.0.1" is invalid: use "10.0.0.1"'])
  assert.deepEqual(addressWarnings('f', '::ffff:1.2.3.4'), ['f: non-standard IP address "::ffff:1.2.3.4" is invalid: use "1.2.3.4"'])
  assert.deepEqual(addressWarnings('f', '2001:db8:0:0:0::1'), ['f: IPv6 address "2001:db8:0:0:0::1" should be in RFC 5952 canonical format ("2001:db8::1")'])
  assert.deepEqual(addressWarnings('f', 'x'), [])
  assert.deepEqual(canonicalAddressProblems('FD00::1'), ['must be in canonical form ("fd00::1")'])
})
