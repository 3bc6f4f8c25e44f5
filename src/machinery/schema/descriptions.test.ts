import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { describer } from './descriptions.ts'

const folder = fileURLToPath(new URL('../../../node_modules/@kubernetes/client-node/dist/gen/models/', import.meta.url))
const describe = describer(name => (existsSync(folder + name) ? readFileSync(folder + name, 'utf8') : undefined))

test('types and fields have the texts of the reference', () => {
  assert.equal(describe('io.k8s.api.core.v1.Container'), 'A single application container that you want to run within a pod.')
  assert.match(describe('io.k8s.api.core.v1.Container', 'args')!, /^Arguments to the entrypoint\. The container image's CMD is used if this is not provided\..*i\.e\. "\$\$\(VAR_NAME\)" will/)
  assert.match(describe('io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta', 'continue')!, /^continue may be set/)
  assert.match(describe('io.k8s.api.core.v1.Event', 'reason')!, /machine understandable string/)
  assert.match(describe('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps', 'x-kubernetes-list-type')!, /^x-kubernetes-list-type annotates/)
})
test('names that two groups share are told apart', () => {
  assert.match(describe('io.k8s.api.resource.v1.ResourceClaim', 'kind')!, /^Kind is a string value/)
  assert.match(describe('io.k8s.api.core.v1.ResourceClaim', 'name')!, /^Name must match the name of one entry/)
})
test('what is not there has no text', () => {
  assert.equal(describe('io.k8s.api.core.v1.Nope'), undefined)
  assert.equal(describe('io.k8s.api.core.v1.Container', 'nope'), undefined)
})
