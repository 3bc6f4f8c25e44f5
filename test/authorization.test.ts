import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import type { User } from '../src/api/request.ts'
import { resources } from '../src/api/index.ts'
import { createApiServer } from '../src/apiserver/api-server.ts'
import { createAuthorization } from '../src/cluster/authorization.ts'
import type { ComponentContext } from '../src/cluster/component.ts'
import { readOptions } from '../src/cluster/options.ts'
import { realHost } from '../src/host/host.ts'
import { systemClock } from '../src/machinery/clock.ts'
import { silentLog } from '../src/machinery/log.ts'
import { createMetrics } from '../src/machinery/metrics.ts'
import { seededRandom } from '../src/machinery/random.ts'
import { memoryStorage } from '../src/storage/memory.ts'
import { webhookServer, type Answer, type Asked } from './webhook-server.ts'

const alice: User = { name: 'alice', uid: 'u1', groups: ['dev', 'system:authenticated'], extra: { scopes: ['a', 'b'] } }
interface Review { apiVersion: string; spec: { user?: string; group?: string[]; groups?: string[]; extra?: object; uid?: string; resourceAttributes?: Record<string, unknown>; nonResourceAttributes?: object } }

interface Running {
  readonly asked: readonly Asked[]
  readonly metrics: () => string
  write(file: string, text: string): void
  ask(user: User, what: { verb: string; resource?: string; name?: string; namespace?: string; path?: string; fieldSelector?: string; labelSelector?: string; subresource?: string; group?: string; version?: string }): Promise<string>
}

/** An API server's authorizers over a real service: `$URL`, `$KUBECONFIG` stand in flags and files for where it is. */
async function running(flags: Record<string, string>, answer: (review: Review, asked: Asked) => Answer | Promise<Answer>, run: (running: Running) => Promise<void>, files: Record<string, string> = {}): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'k8ts-authz-'))
  const service = await webhookServer(asked => answer(asked.body as Review, asked))
  const write = (file: string, text: string): void => writeFileSync(join(folder, file), text.replaceAll('$DIR', folder))
  write('kubeconfig', service.kubeconfig('/authorize'))
  for (const [file, text] of Object.entries(files)) write(file, text)
  const shared = { clock: systemClock, random: seededRandom(1), log: silentLog }
  const metrics = createMetrics()
  const options = readOptions(Object.fromEntries(Object.entries(flags).map(([name, value]) => [name, value.replaceAll('$DIR', folder)])))
  const storage = memoryStorage(shared)
  try {
    const authorization = await createAuthorization({ ...shared, options, host: realHost() } as unknown as ComponentContext, metrics)
    const api = await createApiServer({ ...shared, storage, resources, authorizers: authorization.choose })
    authorization.follow(api.authorizer, api.server.stopping)
    try {
      await run({
        asked: service.asked, metrics: () => metrics.text(), write,
        ask: async (user, what) => {
          const { verdict, reason, error } = await api.authorizer.authorize({ user, ...what })
          return [verdict, reason, error].filter(Boolean).join(': ')
        },
      })
    } finally {
      await api.close()
    }
  } finally {
    await storage.close()
    await service.stop()
    rmSync(folder, { recursive: true })
  }
}

const webhook = (more = '', name = 'hook') => `
- type: Webhook
  name: ${name}
  webhook:
    timeout: 1s
    subjectAccessReviewVersion: v1
    failurePolicy: NoOpinion
    connectionInfo: { type: KubeConfigFile, kubeConfigFile: $DIR/kubeconfig }
    ${more}`
const configuration = (authorizers: string) => `apiVersion: apiserver.config.k8s.io/v1\nkind: AuthorizationConfiguration\nauthorizers:${authorizers}`
const BUILT_IN = '\n- { type: Node, name: node }\n- { type: RBAC, name: rbac }'
const config = { authorizationConfig: '$DIR/authz.yaml' }

test('a webhook is asked with what is asked for, and what it said is remembered', async () => {
  const flags = { authorizationMode: 'RBAC,Webhook', authorizationWebhookConfigFile: '$DIR/kubeconfig', authorizationWebhookVersion: 'v1' }
  await running(flags, ({ spec }) => ({ body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', status: { allowed: spec.user === 'alice', reason: 'because' } } }), async ({ ask, asked }) => {
    const what = { verb: 'list', group: 'apps', version: 'v1', resource: 'deployments', namespace: 'a', labelSelector: 'a in (x,y),!b', fieldSelector: 'metadata.name=n' }
    assert.equal(await ask(alice, what), 'allow: because')
    assert.equal(await ask(alice, what), 'allow: because')
    assert.equal(asked.length, 1)
    assert.equal(asked[0]!.path, '/authorize')
    assert.equal(asked[0]!.headers['authorization'], 'Bearer of-the-server')
    const review = asked[0]!.body as Review
    assert.equal(review.apiVersion, 'authorization.k8s.io/v1')
    assert.deepEqual(review.spec, {
      user: 'alice', uid: 'u1', groups: ['dev', 'system:authenticated'], extra: { scopes: ['a', 'b'] },
      resourceAttributes: {
        verb: 'list', group: 'apps', version: 'v1', resource: 'deployments', namespace: 'a', fieldSelector: { requirements: [{ key: 'metadata.name', operator: 'In', values: ['n'] }] },
        labelSelector: { requirements: [{ key: 'a', operator: 'In', values: ['x', 'y'] }, { key: 'b', operator: 'DoesNotExist' }] },
      },
    })
    assert.equal(await ask({ name: 'bob', groups: [] }, { verb: 'get', path: '/metrics' }), 'noOpinion: because')
    assert.deepEqual((asked[1]!.body as Review).spec, { user: 'bob', nonResourceAttributes: { path: '/metrics', verb: 'get' } })
    await ask({ name: 'bob', groups: [] }, { verb: 'get', path: `/${'x'.repeat(11_000)}` })
    await ask({ name: 'bob', groups: [] }, { verb: 'get', path: `/${'x'.repeat(11_000)}` })
    assert.equal(asked.length, 4, 'who says much is not remembered')
    assert.equal(await ask({ name: 'root', groups: ['system:masters'] }, { verb: 'get', path: '/metrics' }), 'allow')
    assert.equal(asked.length, 4, 'the way back in asks nobody')
  })
})

test('the older version has groups by another name', async () => {
  const flags = { authorizationMode: 'Webhook', authorizationWebhookConfigFile: '$DIR/kubeconfig' }
  await running(flags, () => ({ body: { status: { allowed: true } } }), async ({ ask, asked }) => {
    assert.equal(await ask(alice, { verb: 'get', resource: 'pods' }), 'allow')
    const { apiVersion, spec } = asked[0]!.body as Review
    assert.deepEqual([apiVersion, spec.group, spec.groups], ['authorization.k8s.io/v1beta1', ['dev', 'system:authenticated'], undefined])
  })
})

test('what a webhook that cannot be asked means is the failure policy\'s to say', async () => {
  const answers: Record<string, Answer> = {
    silent: 'never', broken: { status: 500 }, busy: { status: 429, headers: { 'retry-after': '1' } }, rude: { text: 'not JSON' }, forbidden: { status: 403 }, both: { body: { status: { allowed: true, denied: true } } }, denies: { body: { status: { denied: true, reason: 'never' } } },
  }
  const text = configuration(`${webhook()}${webhook('', 'strict').replace('NoOpinion', 'Deny')}`)
  const counts = new Map<string, number>()
  await running(config, ({ spec }) => {
    counts.set(spec.user!, (counts.get(spec.user!) ?? 0) + 1)
    return answers[spec.user!]!
  }, async ({ ask, metrics }) => {
    const as = (name: string) => ask({ name, groups: [] }, { verb: 'get', resource: 'pods' })
    for (const name of ['silent', 'rude', 'forbidden']) assert.equal(await as(name), 'deny: failed calling authorization webhook "strict"', name)
    assert.equal(counts.get('silent'), 2, 'one that does not answer is not asked again')
    assert.equal(await as('both'), 'deny: webhook subject access review returned both allow and deny response')
    assert.equal(await as('denies'), 'deny: never')
    assert.equal(await as('broken'), 'deny: failed calling authorization webhook "strict"')
    assert.equal(counts.get('broken'), 10, 'one that may be well in a moment is asked five times, by both')
    assert.match(metrics(), /apiserver_authorization_webhook_evaluations_fail_open_total\{name="hook",result="timeout"\} 1/)
    assert.match(metrics(), /apiserver_authorization_webhook_evaluations_total\{name="hook",result="error"\} 7/)
    assert.match(metrics(), /apiserver_authorization_decisions_total\{decision="denied",name="strict",type="Webhook"\} 4/)
    assert.match(metrics(), /apiserver_authorization_decisions_total\{decision="denied",name="hook",type="Webhook"\} 2/)
  }, { 'authz.yaml': text })
})

test('a configuration is followed while the server runs; one that is wrong changes nothing', async () => {
  await running(config, () => ({ body: { status: { allowed: true } } }), async ({ ask, write, metrics }) => {
    const may = () => ask(alice, { verb: 'get', resource: 'pods' })
    const becomes = async (wanted: string): Promise<void> => {
      for (let tries = 0; (await may()) !== wanted; tries += 1) {
        assert.ok(tries < 200, `it stays ${await may()}`)
        await wait(20)
      }
    }
    assert.equal(await may(), 'noOpinion')
    await wait(50)
    write('authz.yaml', configuration(`${BUILT_IN}${webhook()}`))
    await becomes('allow')
    write('authz.yaml', configuration(webhook()))
    await wait(100)
    assert.equal(await may(), 'allow')
    assert.match(metrics(), /apiserver_authorization_config_controller_automatic_reloads_total\{apiserver_id_hash="sha256:[0-9a-f]{64}",status="failure"\} 1/)
    write('authz.yaml', configuration(BUILT_IN))
    await becomes('noOpinion')
    assert.match(metrics(), /automatic_reloads_total\{apiserver_id_hash="sha256:[0-9a-f]{64}",status="success"\} 2/)
  }, { 'authz.yaml': configuration(BUILT_IN) })
})

test('lines of a policy file allow, too', async () => {
  const line = (spec: object) => JSON.stringify({ apiVersion: 'abac.authorization.kubernetes.io/v1beta1', kind: 'Policy', spec })
  const text = ['# comment', line({ user: 'alice', namespace: 'a', resource: 'pods', readonly: true }), line({ group: 'dev', nonResourcePath: '/logs*' })].join('\n')
  await running({ authorizationMode: 'ABAC', authorizationPolicyFile: '$DIR/policy' }, () => ({}), async ({ ask }) => {
    assert.equal(await ask(alice, { verb: 'list', resource: 'pods', namespace: 'a' }), 'allow')
    assert.equal(await ask(alice, { verb: 'create', resource: 'pods', namespace: 'a' }), 'noOpinion: No policy matched.')
    assert.equal(await ask(alice, { verb: 'list', resource: 'pods', namespace: 'b' }), 'noOpinion: No policy matched.')
    assert.equal(await ask(alice, { verb: 'get', path: '/logs/x' }), 'allow')
    assert.equal(await ask({ name: 'bob', groups: [] }, { verb: 'get', path: '/logs/x' }), 'noOpinion: No policy matched.')
  }, { policy: text })
})

test('match conditions say which requests a webhook is asked about', async () => {
  const conditions = (expressions: readonly string[]) => `matchConditionSubjectAccessReviewVersion: v1\n    matchConditions: [${expressions.map(expression => `{ expression: ${JSON.stringify(expression)} }`).join(', ')}]`
  const text = configuration(`${webhook(conditions(["has(request.resourceAttributes)", "request.resourceAttributes.namespace == 'prod'", "!('system:nodes' in request.groups)"]), 'guard')}${webhook(conditions(['request.extra["a"][0] == "b"']), 'broken').replace('NoOpinion', 'Deny')}`)
  await running(config, () => ({ body: { status: { allowed: true } } }), async ({ ask, asked, metrics }) => {
    const bob: User = { name: 'bob', groups: [], extra: { a: ['c'] } }
    assert.equal(await ask(bob, { verb: 'get', resource: 'pods', namespace: 'prod' }), 'allow')
    assert.equal(await ask(bob, { verb: 'get', resource: 'pods', namespace: 'dev' }), 'noOpinion')
    assert.equal(await ask(bob, { verb: 'get', path: '/x' }), 'noOpinion')
    assert.equal(await ask({ ...bob, groups: ['system:nodes'] }, { verb: 'get', resource: 'pods', namespace: 'prod' }), 'noOpinion')
    assert.equal(asked.length, 1)
    assert.equal(await ask({ name: 'eve', groups: [] }, { verb: 'get', path: '/x' }), `deny: cel evaluation error: expression 'request.extra["a"][0] == "b"' resulted in error: no such key: a`)
    assert.match(metrics(), /apiserver_authorization_match_condition_exclusions_total\{name="guard",type="Webhook"\} 4/)
    assert.match(metrics(), /apiserver_authorization_match_condition_evaluation_errors_total\{name="broken",type="Webhook"\} 1/)
  }, { 'authz.yaml': text })
})
