import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Deployments } from '../api/apps/deployment.ts'
import { Nodes } from '../api/core/node.ts'
import { Pods } from '../api/core/pod/pod.ts'
import { StatusError, notFound } from '../machinery/status.ts'
import { createClient } from './client.ts'
import { pathOf, queryOf } from './path.ts'
import { httpTransport, type HttpSendRequest } from './transport.ts'

test('paths follow group, version, scope, name and subresource', () => {
  assert.equal(pathOf({ resource: Pods }), '/api/v1/pods')
  assert.equal(pathOf({ resource: Pods, namespace: 'a', name: 'b', subresource: 'status' }), '/api/v1/namespaces/a/pods/b/status')
  assert.equal(pathOf({ resource: Deployments, namespace: 'a', name: 'b' }), '/apis/apps/v1/namespaces/a/deployments/b')
  assert.equal(pathOf({ resource: Nodes, namespace: '', name: 'n' }), '/api/v1/nodes/n')
  assert.equal(queryOf({ dryRun: ['All'], limit: 5, labelSelector: 'a=b,c' }, true), '?watch=true&dryRun=All&limit=5&labelSelector=a%3Db%2Cc')
  assert.equal(queryOf({}, false), '')
})

/** A server that gives one answer in chunks of a few bytes, and what it was asked. */
function answering(status: number, text: string, size = 7) {
  const asked: HttpSendRequest[] = []
  async function* body(): AsyncIterable<Uint8Array> {
    const bytes = new TextEncoder().encode(text)
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  const send = async (request: HttpSendRequest) => { asked.push(request); return { status, headers: {}, body: body() } }
  return { asked, client: createClient(httpTransport(send, 'test')) }
}

test('a failed request throws the Status that the server sent', async () => {
  const { client } = answering(404, JSON.stringify(notFound(Pods, 'web').toJSON()))
  await assert.rejects(client.get(Pods, { namespace: 'a', name: 'web' }), (error: StatusError) => error.reason === 'NotFound' && error.message === 'pods "web" not found')
})

test('an answer that is no Status is an error with its text', async () => {
  const { client } = answering(502, '<html>bad gateway')
  await assert.rejects(client.get(Pods, { namespace: 'a', name: 'web' }), (error: StatusError) => error.code === 502 && /bad gateway/.test(error.message))
})

test('a watch yields events whatever the chunks, and ends with the error that the server names', async () => {
  const pod = (name: string) => ({ kind: 'Pod', apiVersion: 'v1', metadata: { name: `${name}-ü`, resourceVersion: '1' } })
  const lines = [{ type: 'ADDED', object: pod('a') }, { type: 'DELETED', object: pod('b') }, { type: 'ERROR', object: { kind: 'Status', reason: 'Expired', code: 410, message: 'too old' } }]
  const { client } = answering(200, lines.map(line => `${JSON.stringify(line)}\n`).join(''), 3)
  const seen: string[] = []
  await assert.rejects(async () => {
    for await (const { type, object } of client.watch(Pods)) seen.push(`${type} ${object.metadata.name}`)
  }, (error: StatusError) => error.reason === 'Expired')
  assert.deepEqual(seen, ['ADDED a-ü', 'DELETED b-ü'])
})

test('deletion options travel in the body, lists give their items their kind', async () => {
  const { client, asked } = answering(200, '{"kind":"Status","apiVersion":"v1"}')
  await client.delete(Pods, { namespace: 'a', name: 'b' }, { gracePeriodSeconds: 0, preconditions: { uid: 'u' }, dryRun: ['All'] })
  assert.deepEqual(JSON.parse(String(asked[0]!.body)), { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0, preconditions: { uid: 'u' } })
  assert.equal(asked[0]!.path, '/api/v1/namespaces/a/pods/b?dryRun=All')
  const list = await answering(200, '{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":"x"}}]}').client.list(Pods)
  assert.equal(list.items[0]!.kind, 'Pod')
})
