import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authorizationFromFlags, readAuthorizationConfiguration } from './configuration.ts'

const head = 'apiVersion: apiserver.config.k8s.io/v1\nkind: AuthorizationConfiguration\n'
const told = (run: () => unknown): string => {
  try {
    run()
    return ''
  } catch (error) {
    return (error as Error).message
  }
}
const webhook = (more: string, name = 'w'): string =>
  `authorizers:\n- {type: Webhook, name: ${name}, webhook: {${more}}}\n`
const GOOD = 'timeout: 3s, subjectAccessReviewVersion: v1, failurePolicy: Deny, connectionInfo: {type: KubeConfigFile, kubeConfigFile: /k}'

/** The words are those of kube-apiserver v1.36.2, which was given the same files. */
const wrong: readonly [text: string, message: string][] = [
  ['authorizers:\n- {type: Foo, name: foo}', 'authorizers[0].type: Unsupported value: "Foo": supported values: "ABAC", "AlwaysAllow", "AlwaysDeny", "Node", "RBAC", "Webhook"'],
  ['authorizers:\n- {type: "", name: foo}', 'authorizers[0].type: Required value'],
  ['authorizers:\n- {type: RBAC, name: rbac, webhook: {timeout: 3s}}', 'authorizers[0].webhook: Invalid value: "non-null": may only be specified when type=Webhook'],
  ['authorizers:\n- {type: RBAC, name: rbac}\n- {type: RBAC, name: r}', 'authorizers[1].type: Duplicate value: "RBAC"'],
  ['authorizers:\n- {type: Webhook, name: w}', 'authorizers[0].webhook: Required value: required when type=Webhook'],
  [webhook(GOOD.replace('3s', '31s')), 'authorizers[0].timeout: Invalid value: "31s": must be > 0s and <= 30s'],
  [webhook(GOOD.replace('timeout: 3s, ', '')), 'authorizers[0].timeout: Required value'],
  [webhook(`${GOOD}, authorizedTTL: -1s`), 'authorizers[0].authorizedTTL: Invalid value: "-1s": must be > 0s'],
  [webhook(GOOD.replace('v1', 'v2')), 'authorizers[0].subjectAccessReviewVersion: Unsupported value: "v2": supported values: "v1", "v1beta1"'],
  [webhook(GOOD.replace('Deny', 'Maybe')), 'authorizers[0].failurePolicy: Unsupported value: "Maybe": supported values: "NoOpinion", "Deny"'],
  [webhook(GOOD.replace('/k', 'k')), 'authorizers[0].connectionInfo.kubeConfigFile: Invalid value: "k": must be an absolute path'],
  [webhook(GOOD.replace('type: KubeConfigFile, ', '')), 'authorizers[0].connectionInfo.type: Required value'],
  [webhook(GOOD.replace(': KubeConfigFile', ': InClusterConfig')), 'authorizers[0].connectionInfo.kubeConfigFile: Invalid value: "/k": can only be set when type=KubeConfigFile'],
  [webhook(`${GOOD}, matchConditions: [{expression: ""}]`), '[authorizers[0].matchConditionSubjectAccessReviewVersion: Required value: required if match conditions are specified, authorizers[0].matchConditions[0].expression: Required value]'],
  ['', 'authorizers: Required value: at least one authorization mode must be defined'],
  ['authorizers:\n- {type: Node, name: nod}\n- {type: RBAC, name: r}', '[expected name node for authorizer Node instead of nod, expected name rbac for authorizer RBAC instead of r]'],
  ['foo: 1\nauthorizers:\n- {type: Node, name: node, bar: 1}', 'failed to load AuthorizationConfiguration from file: strict decoding error: unknown field "authorizers[0].bar", unknown field "foo"'],
  [webhook('timeout: abc'), 'failed to load AuthorizationConfiguration from file: time: invalid duration "abc"'],
]
for (const [text, message] of wrong) test(`refused: ${message}`, () => assert.equal(told(() => readAuthorizationConfiguration(head + text)), message))

test('what may be left out is filled in; what the server was started with must stay', () => {
  const text = `${head}${webhook(GOOD)}`
  const { authorizers } = readAuthorizationConfiguration(text)
  const { authorizedTTL, unauthorizedTTL, cacheAuthorizedRequests } = authorizers![0]!.webhook!
  assert.deepEqual([authorizedTTL, unauthorizedTTL, cacheAuthorizedRequests], ['5m0s', '30s', true])
  assert.equal(told(() => readAuthorizationConfiguration(text, ['RBAC', 'Node'])), 'missing required types: [Node RBAC]')
  assert.equal(told(() => readAuthorizationConfiguration('kind: AuthorizationConfiguration\napiVersion: apiserver.config.k8s.io/v3')), 'failed to load AuthorizationConfiguration from file: no kind "AuthorizationConfiguration" is registered for version "apiserver.config.k8s.io/v3"')
})

test('flags that do not go together are refused', () => {
  assert.match(told(() => authorizationFromFlags({ modes: ['Webhook'] })), /authorization-mode Webhook's authorization config file not passed/)
  assert.match(told(() => authorizationFromFlags({ modes: ['ABAC'] })), /authorization policy file not passed/)
  assert.match(told(() => authorizationFromFlags({ modes: ['RBAC', 'RBAC'] })), /has mode specified more than once/)
  assert.match(told(() => authorizationFromFlags({ modes: ['All'] })), /authorization-mode "All" is not a valid mode/)
  assert.match(told(() => authorizationFromFlags({ modes: ['RBAC'], webhookConfigFile: '/x' })), /cannot specify --authorization-webhook-config-file without mode Webhook/)
})
