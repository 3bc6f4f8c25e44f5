import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ValidatingWebhook } from './validating-webhook-configuration.ts'
import { validateRule } from './match-validation.ts'
import { validateWebhooks } from './webhook-validation.ts'

const webhook = (more: object = {}): ValidatingWebhook => ({
  name: 'a.example.com', clientConfig: { url: 'https://a' }, sideEffects: 'None', admissionReviewVersions: ['v1'], ...more,
}) as ValidatingWebhook
const texts = (causes: { field?: string; message: string }[]): string[] => causes.map(({ field, message }) => `${field}: ${message}`)

test('webhooks keep what they have, but nothing new may be lax', () => {
  const cases: [string, object][] = [
    ['sideEffects', { sideEffects: 'Some' }], ['admissionReviewVersions', { admissionReviewVersions: ['v9'] }],
    ['namespaceSelector', { namespaceSelector: { matchLabels: { a: 'b c' } } }], ['matchConditions', { matchConditions: [{ name: 'a b', expression: 'true' }] }],
  ]
  for (const [what, lax] of cases) {
    assert.equal(validateWebhooks([webhook(lax)]).length, 1, `new: ${what}`)
    assert.equal(validateWebhooks([webhook(lax)], [webhook()]).length, 1, `changed: ${what}`)
    assert.equal(validateWebhooks([webhook({ ...lax, timeoutSeconds: 5 })], [webhook(lax)]).length, 0, `kept: ${what}`)
  }
  assert.deepEqual(texts(validateWebhooks([webhook(), webhook()])), ['webhooks[1].name: Duplicate value: "a.example.com"'])
  assert.deepEqual(validateWebhooks([webhook(), webhook()], [webhook(), webhook()]), [])
})

test('stars make other resources needless', () => {
  const at = (...resources: string[]): string[] => texts(validateRule({ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources }, 'r'))
  for (const fine of [['a'], ['*'], ['*/*'], ['a', 'a/*'], ['*', 'a/b'], ['a/b', 'a/*']]) assert.deepEqual(at(...fine), [], fine.join())
  assert.deepEqual(at('*', 'a'), ["r.resources: Invalid value: [\"*\",\"a\"]: if '*' is present, must not specify other resources without subresources"])
  assert.deepEqual(at('a/*', 'a/b'), ["r.resources[1]: Invalid value: \"a/b\": if 'a/*' is present, must not specify a/b"])
  assert.deepEqual(at('*/b', 'a/b'), ["r.resources[1]: Invalid value: \"a/b\": if '*/b' is present, must not specify a/b"])
  assert.deepEqual(at(), ['r.resources: Required value'])
})
