import assert from 'node:assert/strict'
import { test } from 'node:test'
import { credentialsFor, pullCredentials } from './pull-secrets.ts'
import { statusPatch } from './status-writer.ts'

const ready = (status: string, extra: object = {}) => ({ type: 'Ready', status, ...extra })

const cases: [string, object, object, object | undefined][] = [
  ['nothing', { phase: 'Running', conditions: [ready('True')] }, { phase: 'Running', conditions: [ready('True')] }, undefined],
  ['the order of keys', { containerStatuses: [{ a: 1, b: 2 }] }, { containerStatuses: [{ b: 2, a: 1 }] }, undefined],
  ['a phase', { phase: 'Pending' }, { phase: 'Running' }, { phase: 'Running' }],
  ['one condition', { conditions: [ready('False', { reason: 'X' }), { type: 'Mine', status: 'True' }] }, { conditions: [ready('True'), { type: 'Mine', status: 'True' }] },
    { conditions: [{ type: 'Ready', status: 'True', reason: null }] }],
  ['a first address', {}, { podIP: '1', podIPs: [{ ip: '1' }] }, { podIP: '1', podIPs: [{ ip: '1' }] }],
  ['another address', { podIPs: [{ ip: '1' }] }, { podIPs: [{ ip: '2' }] }, { podIPs: [{ ip: '2' }, { $patch: 'replace' }] }],
  ['a reason that is gone', { phase: 'Failed', reason: 'Evicted' }, { phase: 'Failed' }, { reason: null }],
]
for (const [name, before, after, wanted] of cases) test(`a patch for ${name}`, () => assert.deepEqual(statusPatch(before as never, after as never), wanted))

const secret = (auths: object): never => ({ data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') } }) as never

test('pull secrets: what opens which registry', () => {
  const all = pullCredentials([
    secret({ 'https://index.docker.io/v1/': { auth: Buffer.from('hub:pw:x').toString('base64') }, 'r.example.com:5000': { username: 'u', password: 'p' } }),
    secret({ 'r.example.com:5000/team': { username: 'team', password: 'p' }, '*.corp.io': { username: 'corp', password: 'p' } }), { data: { '.dockerconfigjson': 'bm90IGpzb24=' } } as never,
  ])
  const names = (image: string): (string | undefined)[] => credentialsFor(image, all).map(({ username }) => username)
  assert.deepEqual(names('nginx'), ['hub'])
  assert.equal(credentialsFor('nginx', all)[0]?.password, 'pw:x')
  assert.deepEqual(names('r.example.com:5000/team/app:1'), ['team', 'u'])
  assert.deepEqual(names('r.example.com:5000/other'), ['u'])
  assert.deepEqual(names('a.corp.io/x'), ['corp'])
  assert.deepEqual(names('a.b.corp.io/x'), [])
})
