import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ContainerStatus } from '../container-status.ts'
import type { Container } from '../container.ts'
import type { Pod } from '../schema.ts'
import { validateAddresses, validateDeviceHealth } from './status.ts'

test('the health of devices is told of what a container asked for', () => {
  const containers = [{ name: 'c', resources: { requests: { 'a.b/c': '1' }, claims: [{ name: 'x', request: 'r' }] } }] as unknown as Container[]
  const cases: [name: string, resources: object[], ...fields: string[]][] = [
    ['a.b/c', []],
    ['a.b/d', [], 's[0].allocatedResourcesStatus[0].name'],
    ['claim:x/r', []],
    ['claim:x', [], 's[0].allocatedResourcesStatus[0].name'],
    ['a.b/c', [{ resourceID: 'i', health: 'Healthy' }, { resourceID: 'j' }], 's[0].allocatedResourcesStatus[0].resources[1].health'],
    ['a.b/c', [{ resourceID: 'i', health: 'Unknown' }, { resourceID: 'i', health: 'Unhealthy' }], 's[0].allocatedResourcesStatus[0].resources[1].resourceID'],
  ]
  for (const [name, resources, ...fields] of cases) {
    const statuses = [{ name: 'c', allocatedResourcesStatus: [{ name, resources }] }] as unknown as ContainerStatus[]
    assert.deepEqual(validateDeviceHealth(statuses, containers, 's').map(({ field }) => field), fields, name)
  }
})
test('addresses of a status are addresses, those of the node agree', () => {
  const pod = (status: object): Pod => ({ status }) as unknown as Pod
  const cases: [next: object, old: object, ...fields: string[]][] = [
    [{ podIP: '1.2.3.4', podIPs: [{ ip: '1.2.3.4' }, { ip: 'fd00::1' }] }, {}],
    [{ podIP: 'x', podIPs: [{ ip: 'x' }] }, {}, 'status.podIPs[0]'],
    [{ podIP: 'x', podIPs: [{ ip: 'x' }] }, { podIPs: [{ ip: 'x' }] }],
    [{ podIP: '1.2.3.4', podIPs: [{ ip: 'x' }] }, {}],
    [{ podIP: 'x', podIPs: [{ ip: '1.2.3.4' }] }, {}, 'status.podIPs[0]'],
    [{ hostIP: '1.2.3.4', hostIPs: [{ ip: '1.2.3.5' }] }, {}, 'status.hostIPs[0].ip'],
    [{ hostIPs: [{ ip: '' }] }, {}, 'status.hostIPs[0]'],
  ]
  for (const [next, old, ...fields] of cases) assert.deepEqual(validateAddresses(pod(next), pod(old)).map(({ field }) => field), fields, JSON.stringify(next))
})
