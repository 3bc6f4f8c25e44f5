import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { ClusterRole } from '../../api/rbac/cluster-role.ts'
import { ClusterRoles } from '../../api/rbac/cluster-role.ts'
import { ClusterRoleBindings } from '../../api/rbac/cluster-role-binding.ts'
import { Namespaces } from '../../api/core/namespace.ts'
import { Nodes } from '../../api/core/node.ts'
import { Pods } from '../../api/core/pod/pod.ts'
import { Secrets } from '../../api/core/secret.ts'
import { ServiceAccounts } from '../../api/core/service-account.ts'
import { RoleBindings } from '../../api/rbac/role-binding.ts'
import { Roles } from '../../api/rbac/role.ts'
import { resources } from '../../api/index.ts'
import type { ApiRequest, User } from '../../api/request.ts'
import { systemClock } from '../../machinery/clock.ts'
import { silentLog } from '../../machinery/log.ts'
import { seededRandom } from '../../machinery/random.ts'
import { selectorFrom } from '../../machinery/selector.ts'
import { isReason, StatusError } from '../../machinery/status.ts'
import { memoryStorage } from '../../storage/memory.ts'
import { createApiServer, type ApiServer } from '../api-server.ts'
import type { Attributes } from './authorizer.ts'

const admin: User = { name: 'admin', groups: ['system:masters', 'system:authenticated'] }
const user = (name: string, ...groups: string[]): User => ({ name, groups: [...groups, 'system:authenticated'] })
const account = (namespace: string, name: string): User => user(`system:serviceaccount:${namespace}:${name}`, 'system:serviceaccounts', `system:serviceaccounts:${namespace}`)

const identities: Readonly<Record<string, User>> = {
  admin, anonymous: { name: 'system:anonymous', groups: ['system:unauthenticated'] }, nobody: user('nobody'), viewer: user('viewer'), editor: user('editor'), owner: user('owner'),
  clusterViewer: user('cluster-viewer'), scheduler: user('system:kube-scheduler'), controllerManager: user('system:kube-controller-manager'),
  node: user('system:node:n1', 'system:nodes'), otherNode: user('system:node:n2', 'system:nodes'), robot: account('a', 'robot'),
}

let server: ApiServer
let stop: () => Promise<void>
const call = (request: Pick<ApiRequest, 'verb' | 'resource'> & Partial<ApiRequest>) => server.local.call({ user: admin, options: {}, ...request })

before(async () => {
  const storage = memoryStorage({ clock: systemClock, log: silentLog })
  server = await createApiServer({ storage, clock: systemClock, random: seededRandom(1), log: silentLog, resources })
  stop = async () => {
    await server.close()
    await storage.close()
  }
  for (const name of ['a', 'b']) await call({ verb: 'create', resource: Namespaces, body: { metadata: { name } } })
  await aggregate()
  const bind = (who: string, role: string) => call({
    verb: 'create', resource: RoleBindings, namespace: 'a',
    body: { metadata: { name: who }, subjects: [{ kind: 'User', name: who, apiGroup: 'rbac.authorization.k8s.io' }], roleRef: { kind: 'ClusterRole', name: role, apiGroup: 'rbac.authorization.k8s.io' } },
  })
  await bind('viewer', 'view')
  await bind('editor', 'edit')
  await bind('owner', 'admin')
  await call({
    verb: 'create', resource: ClusterRoleBindings,
    body: { metadata: { name: 'cv' }, subjects: [{ kind: 'User', name: 'cluster-viewer', apiGroup: 'rbac.authorization.k8s.io' }], roleRef: { kind: 'ClusterRole', name: 'view', apiGroup: 'rbac.authorization.k8s.io' } },
  })
  await call({ verb: 'create', resource: ServiceAccounts, namespace: 'a', body: { metadata: { name: 'default' } } })
  for (const name of ['mine', 'others']) await call({ verb: 'create', resource: Secrets, namespace: 'a', body: { metadata: { name } } })
  for (const name of ['n1', 'n2']) await call({ verb: 'create', resource: Nodes, body: { metadata: { name } } })
  await call({
    verb: 'create', resource: Pods, namespace: 'a',
    body: { metadata: { name: 'p' }, spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', secret: { secretName: 'mine' } }] } },
  })
})
after(() => stop())

/** What the controller for aggregation does, so that the default roles have their rules. */
async function aggregate(): Promise<void> {
  for (const name of ['system:aggregate-to-view', 'view', 'edit', 'admin']) {
    const role = server.stores.get<ClusterRole>(ClusterRoles, undefined, name)
    if (!role?.aggregationRule) continue
    const selectors = (role.aggregationRule.clusterRoleSelectors ?? []).map(selector => selectorFrom(selector))
    const parts = server.stores.list<ClusterRole>(ClusterRoles).filter(({ metadata }) => metadata.name !== name && selectors.some(selector => selector.matches(metadata.labels)))
    await call({ verb: 'update', resource: ClusterRoles, name, body: { ...role, rules: parts.flatMap(({ rules }) => rules ?? []) } })
  }
}

/** Verb, resource[.group][/subresource], namespace, name, and who may: from the documentation of the default roles and of the node authorizer. */
const matrix: readonly [verb: string, resource: string, namespace: string, name: string, ...allowed: string[]][] = [
  ['get', 'pods', 'a', 'p', 'admin', 'viewer', 'editor', 'owner', 'clusterViewer', 'scheduler', 'node'],
  ['get', 'pods', 'b', 'p', 'admin', 'clusterViewer', 'scheduler'],
  ['list', 'pods', 'a', '', 'admin', 'viewer', 'editor', 'owner', 'clusterViewer', 'scheduler', 'controllerManager'],
  ['create', 'pods', 'a', '', 'admin', 'editor', 'owner', 'node', 'otherNode'],
  ['delete', 'pods', 'a', 'p', 'admin', 'editor', 'owner', 'scheduler', 'node', 'otherNode'],
  ['create', 'pods/exec', 'a', 'p', 'admin', 'editor', 'owner'],
  ['create', 'pods/binding', 'a', 'p', 'admin', 'scheduler'],
  ['get', 'pods/log', 'a', 'p', 'admin', 'viewer', 'editor', 'owner', 'clusterViewer'],
  ['get', 'secrets', 'a', 'mine', 'admin', 'editor', 'owner', 'node', 'controllerManager'],
  ['get', 'secrets', 'a', 'others', 'admin', 'editor', 'owner', 'controllerManager'],
  ['list', 'secrets', 'a', '', 'admin', 'editor', 'owner', 'controllerManager'],
  ['get', 'configmaps', 'a', 'x', 'admin', 'viewer', 'editor', 'owner', 'clusterViewer', 'controllerManager'],
  ['impersonate', 'serviceaccounts', 'a', 'default', 'admin', 'editor', 'owner'],
  ['create', 'serviceaccounts/token', 'a', 'default', 'admin', 'editor', 'owner', 'node', 'controllerManager'],
  ['create', 'roles.rbac.authorization.k8s.io', 'a', '', 'admin', 'owner'],
  ['create', 'rolebindings.rbac.authorization.k8s.io', 'b', '', 'admin'],
  ['escalate', 'clusterroles.rbac.authorization.k8s.io', '', 'x', 'admin'],
  ['bind', 'clusterroles.rbac.authorization.k8s.io', '', 'cluster-admin', 'admin'],
  ['get', 'nodes', '', 'n1', 'admin', 'scheduler', 'node'],
  ['list', 'nodes', '', '', 'admin', 'scheduler', 'controllerManager'],
  ['update', 'nodes/status', '', 'n1', 'admin', 'node', 'otherNode'],
  ['delete', 'nodes', '', 'n1', 'admin'],
  ['create', 'selfsubjectaccessreviews.authorization.k8s.io', '', '', 'admin', 'nobody', 'viewer', 'editor', 'owner', 'clusterViewer', 'scheduler', 'controllerManager', 'node', 'otherNode', 'robot'],
  ['create', 'subjectaccessreviews.authorization.k8s.io', '', '', 'admin', 'scheduler', 'controllerManager', 'node', 'otherNode'],
  ['create', 'tokenreviews.authentication.k8s.io', '', '', 'admin', 'scheduler', 'controllerManager', 'node', 'otherNode'],
  ['approve', 'signers.certificates.k8s.io', '', 'kubernetes.io/kube-apiserver-client', 'admin'],
]

async function whoMay(what: Omit<Attributes, 'user'>): Promise<string[]> {
  const may: string[] = []
  for (const [key, user] of Object.entries(identities)) if ((await server.authorizer.authorize({ ...what, user })).verdict === 'allow') may.push(key)
  return may
}

for (const [verb, what, namespace, name, ...allowed] of matrix) {
  test(`${verb} ${what} ${namespace}/${name}`, async () => {
    const [qualified = '', subresource] = what.split('/')
    const [resource = '', ...group] = qualified.split('.')
    const may = await whoMay({ verb, resource, group: group.join('.'), version: 'v1', ...(subresource && { subresource }), ...(namespace && { namespace }), ...(name && { name }) })
    assert.deepEqual(may.sort(), [...allowed].sort())
  })
}

test('paths: health is for everybody, version and discovery for who is known, metrics for who may', async () => {
  const may = (path: string): Promise<string[]> => whoMay({ verb: 'get', path })
  assert.deepEqual((await may('/healthz')).sort(), Object.keys(identities).sort())
  assert.deepEqual((await may('/version')).sort(), Object.keys(identities).sort())
  assert.deepEqual((await may('/apis')).sort(), Object.keys(identities).filter(key => key !== 'anonymous').sort())
  assert.deepEqual(await may('/metrics'), ['admin'])
})

const rule = (verbs: string[], resources: string[]) => ({ apiGroups: [''], resources, verbs })
const refusals: readonly [name: string, attempt: () => unknown, message: RegExp][] = [
  ['a role that gives more than its writer has', () => call({ user: identities['owner']!, verb: 'create', resource: Roles, namespace: 'a', body: { metadata: { name: 'r' }, rules: [rule(['*'], ['*'])] } }),
    /^roles.rbac.authorization.k8s.io "r" is forbidden: user "owner" \(groups=\["system:authenticated"\]\) is attempting to grant RBAC permissions not currently held:/],
  ['a binding to a role that gives more', () => call({
    user: identities['owner']!, verb: 'create', resource: RoleBindings, namespace: 'a',
    body: { metadata: { name: 'r' }, subjects: [{ kind: 'User', name: 'owner', apiGroup: 'rbac.authorization.k8s.io' }], roleRef: { kind: 'ClusterRole', name: 'cluster-admin', apiGroup: 'rbac.authorization.k8s.io' } },
  }), /is attempting to grant RBAC permissions not currently held/],
  ['a cluster role by who may write none', () => call({ user: identities['owner']!, verb: 'create', resource: ClusterRoles, body: { metadata: { name: 'r' }, rules: [] } }),
    /^clusterroles.rbac.authorization.k8s.io is forbidden: User "owner" cannot create resource "clusterroles" in API group "rbac.authorization.k8s.io" at the cluster scope$/],
  ['a node reads a secret that none of its pods mounts', () => call({ user: identities['node']!, verb: 'get', resource: Secrets, namespace: 'a', name: 'others' }),
    /^secrets "others" is forbidden: User "system:node:n1" cannot get resource "secrets" in API group "" in the namespace "a": no relationship found between node 'n1' and this object$/],
  ['a node reads a secret of another node', () => call({ user: identities['otherNode']!, verb: 'get', resource: Secrets, namespace: 'a', name: 'mine' }), /no relationship found between node 'n2' and this object$/],
  ['a node deletes a pod of another node', () => call({ user: identities['otherNode']!, verb: 'delete', resource: Pods, namespace: 'a', name: 'p' }), /^pods "p" is forbidden: node "n2" can only delete pods with spec.nodeName set to itself$/],
  ['a node evicts a pod of another node', () => call({ user: identities['otherNode']!, verb: 'create', resource: Pods, namespace: 'a', name: 'p', subresource: 'eviction', body: { metadata: { name: 'p' } } }),
    /^pods "p" is forbidden: node n2 can only evict pods with spec.nodeName set to itself$/],
  ['a node makes a pod', () => call({ user: identities['node']!, verb: 'create', resource: Pods, namespace: 'a', body: { metadata: { name: 'x' }, spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] } } }),
    /^pods "x" is forbidden: pod does not have "kubernetes.io\/config.mirror" annotation, node "n1" can only create mirror pods$/],
  ['a node changes another node', () => call({ user: identities['node']!, verb: 'patch', resource: Nodes, name: 'n2', patchType: 'application/merge-patch+json', body: { metadata: { labels: { a: 'b' } } } }),
    /^nodes "n2" is forbidden: node "n1" is not allowed to modify node "n2"$/],
]
for (const [name, attempt, message] of refusals) {
  test(`refused: ${name}`, async () => {
    await assert.rejects(async () => attempt(), error => {
      assert.ok(error instanceof StatusError && isReason(error, 'Forbidden'))
      assert.match(error.message, message)
      return true
    })
  })
}
