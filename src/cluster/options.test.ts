import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isReason } from '../machinery/status.ts'
import { addressAt, overlap, parseCidr4, parseIPv4 } from './ipv4.ts'
import { layoutOf } from './layout.ts'
import { flagOf, instanceNumber, optionSpecs, readOptions, variableOf } from './options.ts'

const refusal = (flags: Record<string, string>, env: Record<string, string> = {}): string => {
  try {
    readOptions(flags, env)
  } catch (error) {
    if (isReason(error, 'BadRequest')) return error.message
    throw error
  }
  return ''
}

test('the defaults make the cluster that the README describes', () => {
  const options = readOptions()
  assert.deepEqual(
    [options.dataDir, options.port, options.clusterCidr, options.serviceCidr, options.clusterDns, options.cniBridge, options.kubeletPort],
    ['/var/lib/k8ts', 6443, '10.42.0.0/16', '10.43.0.0/16', '10.43.0.10', 'k8ts-br0', 10250],
  )
  assert.equal(layoutOf(options).apiServiceIp, '10.43.0.1')
})

test('a flag wins over a variable, a variable over the default', () => {
  assert.equal(readOptions({}, { K8TS_PORT: '7443' }).port, 7443)
  assert.equal(readOptions({ port: '8443' }, { K8TS_PORT: '7443' }).port, 8443)
  assert.equal(readOptions({}, { K8TS_DATA: '/srv/k' }).dataDir, '/srv/k')
})

test('the DNS address follows the service block', () => {
  assert.equal(readOptions({ serviceCidr: '10.96.0.0/12' }).clusterDns, '10.96.0.10')
})

test('a second instance shares no name, port or address with the first', () => {
  const [one, two] = [readOptions(), readOptions({ instance: 'test-7' })]
  for (const name of ['dataDir', 'port', 'clusterCidr', 'serviceCidr', 'clusterDns', 'kubeletPort', 'dnsPort', 'cniBridge'] as const) {
    assert.notEqual(one[name], two[name], name)
  }
  const [first, second] = [layoutOf(one), layoutOf(two)]
  for (const name of ['runDir', 'containerdDir', 'nftTable', 'cgroup', 'stateFile'] as const) assert.notEqual(first[name], second[name], name)
})

test('the blocks of all instance numbers are blocks', () => {
  for (let index = 0; index < 500; index++) {
    const instance = `c${index}`
    assert.ok(instanceNumber(instance) >= 1 && instanceNumber(instance) <= 99)
    const { clusterCidr, serviceCidr } = readOptions({ instance })
    assert.equal(overlap(parseCidr4(clusterCidr)!, parseCidr4(serviceCidr)!), false)
  }
})

const refused: [Record<string, string>, RegExp][] = [
  [{ port: '0' }, /--port "0" does not fit: a port is a number from 1 to 65535/],
  [{ port: '64x3' }, /--port/],
  [{ clusterCidr: '10.42.0.1/16' }, /--cluster-cidr "10.42.0.1\/16" does not fit: an IPv4 block looks like/],
  [{ clusterCidr: '010.42.0.0/16' }, /--cluster-cidr/],
  [{ serviceCidr: '10.42.0.0/24' }, /overlap/],
  [{ serviceCidr: '10.43.0.0/30', clusterDns: '10.43.0.2' }, /too small/],
  [{ clusterDns: '10.9.0.1' }, /does not lie in/],
  [{ nodePortRange: '40000-30000' }, /--node-port-range/],
  [{ nodePortRange: '6000-7000' }, /--port 6443 lies in --node-port-range/],
  [{ instance: 'a-very-long-name' }, /at most 11/],
  [{ instance: '../etc' }, /--instance/],
  [{ nodeName: 'No_Good' }, /--node-name/],
  [{ storage: 'mysql' }, /sqlite, memory/],
  [{ dataDir: '' }, /a path is needed/],
]
for (const [flags, wanted] of refused) test(`${JSON.stringify(flags)} is refused with a sentence`, () => assert.match(refusal(flags), wanted))

test('a bad variable is named as such', () => assert.match(refusal({}, { K8TS_PORT: 'x' }), /^K8TS_PORT "x" does not fit/))

test('each flag and each variable names one option', () => {
  const names = Object.keys(optionSpecs)
  assert.equal(new Set(names.map(flagOf)).size, names.length)
  assert.equal(new Set(names.map(variableOf)).size, names.length)
})

test('IPv4 arithmetic', () => {
  assert.equal(parseIPv4('10.0.0.256'), undefined)
  assert.equal(parseIPv4('1.2.3'), undefined)
  assert.equal(addressAt('10.43.0.0/16', 257), '10.43.1.1')
  assert.equal(addressAt('10.43.0.0/30', 4), undefined)
  assert.equal(addressAt('255.255.255.0/24', 255), '255.255.255.255')
})
