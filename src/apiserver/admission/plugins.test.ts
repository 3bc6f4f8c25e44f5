import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Events } from '../../api/core/event.ts'
import { LimitRanges } from '../../api/core/limit-range.ts'
import { Namespaces } from '../../api/core/namespace.ts'
import { PersistentVolumeClaims } from '../../api/core/persistent-volume-claim.ts'
import { Services } from '../../api/core/service.ts'
import { Nodes } from '../../api/core/node.ts'
import { Pods } from '../../api/core/pod/pod.ts'
import { ServiceAccounts } from '../../api/core/service-account.ts'
import { CertificateSigningRequests } from '../../api/certificates/certificate-signing-request.ts'
import { Ingresses } from '../../api/networking/ingress.ts'
import { IngressClasses } from '../../api/networking/ingress-class.ts'
import { RuntimeClasses } from '../../api/node/runtime-class.ts'
import { ReplicaSets } from '../../api/apps/replica-set.ts'
import type { AnyResource, KubeObject } from '../../api/resource.ts'
import { CSIDrivers } from '../../api/storage/csi-driver.ts'
import { StorageClasses } from '../../api/storage/storage-class.ts'
import { seededRandom } from '../../machinery/random.ts'
import { StatusError } from '../../machinery/status.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { denyServiceExternalIPs } from './deny-service-external-ips.ts'
import { podTopologyLabels } from './pod-topology-labels.ts'
import type { AdmissionContext, AdmissionPlugin, AdmissionRequest, Operation } from './admission.ts'
import { alwaysPullImages } from './always-pull-images.ts'
import { certificateApproval } from './certificate-approval.ts'
import { certificateIdentity } from './certificate-identity.ts'
import { certificateSigning } from './certificate-signing.ts'
import { defaultIngressClass } from './default-ingress-class.ts'
import { defaultStorageClass } from './default-storage-class.ts'
import { eventRateLimit } from './event-rate-limit.ts'
import { extendedResourceToleration } from './extended-resource-toleration.ts'
import { createAdmissionPlugins } from './index.ts'
import { limitRanger } from './limit-ranger.ts'
import { nodeRestriction } from './node-restriction.ts'
import { ownerReferencesPermissionEnforcement } from './owner-references.ts'
import { persistentVolumeClaimResize } from './persistent-volume-claim-resize.ts'
import { podNodeSelector } from './pod-node-selector.ts'
import { podSecurity } from './pod-security.ts'
import { podTolerationRestriction } from './pod-toleration-restriction.ts'
import { runtimeClass } from './runtime-class.ts'

type Stored = readonly (readonly [AnyResource, unknown])[]
type Parts = { operation?: Operation; subresource?: string; old?: unknown; stored?: Stored; allowed?: (verb: string, plural: string, subresource?: string) => boolean; user?: AdmissionRequest['user'] }

/** Runs one plugin over one object, as the chain would: the object afterwards, the warnings, and the refusal if there is one. */
async function admit(plugin: AdmissionPlugin, resource: AnyResource, object: object, { operation = 'CREATE', subresource, old, stored = [], allowed = () => false, user = { name: 'alice', groups: [] } }: Parts = {}) {
  const draft = structuredClone(object) as KubeObject
  const warnings: string[] = []
  const named = (each: unknown): KubeObject['metadata'] => (each as KubeObject).metadata
  const context = {
    clock, random: seededRandom(1), rbac: {} as never, version: () => 0, fresh: async () => {}, commit: async () => true,
    get: (wanted: AnyResource, namespace: string | undefined, name: string) => stored.find(([of, each]) => of === wanted && named(each).name === name && (!of.namespaced || named(each).namespace === namespace))?.[1],
    list: (wanted: AnyResource, namespace?: string) => stored.filter(([of, each]) => of === wanted && (!namespace || named(each).namespace === namespace)).map(([, each]) => each),
    allowed: (_user: unknown, verb: string, { plural, subresource: sub }: { plural: string; subresource?: string }) => allowed(verb, plural, sub),
    resourceOf: (_version: string, kind: string) => (kind === 'ReplicaSet' ? ReplicaSets : undefined),
  } as unknown as AdmissionContext
  const request: AdmissionRequest = {
    operation, user, resource, name: draft.metadata?.name ?? '', shownName: draft.metadata?.name ?? '', object: draft, options: {}, dryRun: false, warn: text => void warnings.push(text), annotate: () => {},
    ...(resource.namespaced && { namespace: 'a' }), ...(subresource && { subresource }), ...(old !== undefined && { oldObject: old as KubeObject }),
  }
  try {
    if (plugin.handles(request)) {
      await plugin.mutate?.(request, context)
      await plugin.validate?.(request, context)
    }
    return { object: draft as unknown as Record<string, any>, warnings, refused: undefined }
  } catch (error) {
    assert.ok(error instanceof StatusError)
    return { object: draft as unknown as Record<string, any>, warnings, refused: error.message }
  }
}

const clock = fakeClock()
const pod = (spec: object = {}, metadata: object = {}) => ({ metadata: { name: 'p', namespace: 'a', ...metadata }, spec: { containers: [{ name: 'c', image: 'i' }], ...spec } })
const namespace = (metadata: object): [AnyResource, unknown] => [Namespaces, { metadata: { name: 'a', ...metadata } }]
const container = (resources: object) => pod({ containers: [{ name: 'c', image: 'i', resources }] })

test('LimitRanger: bounds and ratios, of containers and of pods', async () => {
  const range = (...limits: object[]): Stored => [[LimitRanges, { metadata: { name: 'l', namespace: 'a' }, spec: { limits } }]]
  const cases: [string, object, Stored, string | undefined][] = [
    ['within', container({ requests: { cpu: '1' }, limits: { cpu: '2' } }), range({ type: 'Container', min: { cpu: '1' }, max: { cpu: '2' } }), undefined],
    ['limit too low', container({ requests: { cpu: '1' }, limits: { cpu: '1' } }), range({ type: 'Container', min: { cpu: '2' } }), 'pods "p" is forbidden: minimum cpu usage per Container is 2, but request is 1'],
    ['no request', container({}), range({ type: 'Container', min: { cpu: '2' } }), 'pods "p" is forbidden: minimum cpu usage per Container is 2.  No request is specified'],
    ['ratio', container({ requests: { cpu: '1' }, limits: { cpu: '3' } }), range({ type: 'Container', maxLimitRequestRatio: { cpu: '2' } }), 'pods "p" is forbidden: cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000'],
    ['all faults', container({ requests: { cpu: '3' }, limits: { cpu: '3', memory: '3Gi' } }), range({ type: 'Container', max: { cpu: '2', memory: '2Gi' } }),
      'pods "p" is forbidden: [maximum cpu usage per Container is 2, but limit is 3, maximum memory usage per Container is 2Gi, but limit is 3Gi]'],
    ['sum of a pod', pod({ containers: ['a', 'b'].map(name => ({ name, image: 'i', resources: { limits: { memory: '600Mi' } } })) }), range({ type: 'Pod', max: { memory: '1Gi' } }), 'pods "p" is forbidden: maximum memory usage per Pod is 1Gi, but limit is 1200Mi'],
  ]
  for (const [name, object, stored, refused] of cases) assert.equal((await admit(limitRanger, Pods, object, { stored })).refused, refused, name)
})

test('default classes: the newest of several, and none where one is named', async () => {
  const marked = (name: string, creationTimestamp: string, annotation: string) => ({ metadata: { name, creationTimestamp, annotations: { [annotation]: 'true' } } })
  const storage: Stored = [[StorageClasses, marked('old', '2026-01-01T00:00:00Z', 'storageclass.kubernetes.io/is-default-class')], [StorageClasses, marked('new', '2026-02-01T00:00:00Z', 'storageclass.kubernetes.io/is-default-class')]]
  const claim = (spec: object) => ({ metadata: { name: 'c', namespace: 'a' }, spec })
  assert.equal((await admit(defaultStorageClass, PersistentVolumeClaims, claim({}), { stored: storage })).object['spec'].storageClassName, 'new')
  assert.equal((await admit(defaultStorageClass, PersistentVolumeClaims, claim({ storageClassName: '' }), { stored: storage })).object['spec'].storageClassName, '')
  assert.equal((await admit(defaultStorageClass, PersistentVolumeClaims, claim({}))).object['spec'].storageClassName, undefined)
  const ingress: Stored = [[IngressClasses, marked('x', '2026-01-01T00:00:00Z', 'ingressclass.kubernetes.io/is-default-class')]]
  assert.equal((await admit(defaultIngressClass, Ingresses, { metadata: { name: 'i', namespace: 'a' }, spec: {} }, { stored: ingress })).object['spec'].ingressClassName, 'x')
  assert.equal((await admit(defaultIngressClass, Ingresses, { metadata: { name: 'i', namespace: 'a', annotations: { 'kubernetes.io/ingress.class': 'y' } }, spec: {} }, { stored: ingress })).object['spec'].ingressClassName, undefined)
})

test('PersistentVolumeClaimResize: claims grow where their class says so', async () => {
  const claim = (storage: string, phase = 'Bound', storageClassName = 'fixed') => ({ metadata: { name: 'c', namespace: 'a' }, spec: { storageClassName, resources: { requests: { storage } } }, status: { phase } })
  const stored: Stored = [[StorageClasses, { metadata: { name: 'grows' }, allowVolumeExpansion: true }], [StorageClasses, { metadata: { name: 'fixed' } }]]
  const resize = async (next: object, old: object) => (await admit(persistentVolumeClaimResize, PersistentVolumeClaims, next, { operation: 'UPDATE', old, stored })).refused
  assert.equal(await resize(claim('2Gi', 'Bound', 'grows'), claim('1Gi', 'Bound', 'grows')), undefined)
  assert.equal(await resize(claim('1Gi'), claim('1Gi')), undefined)
  assert.match((await resize(claim('2Gi'), claim('1Gi')))!, /only dynamically provisioned pvc can be resized/)
})

test('RuntimeClass: overhead and scheduling come from the class, and nothing else does', async () => {
  const stored: Stored = [[RuntimeClasses, { metadata: { name: 'g' }, handler: 'g', overhead: { podFixed: { cpu: '100m' } }, scheduling: { nodeSelector: { a: 'b' }, tolerations: [{ key: 'k', operator: 'Exists' }] } }]]
  const { object } = await admit(runtimeClass, Pods, pod({ runtimeClassName: 'g', tolerations: [{ key: 'k', operator: 'Exists' }] }), { stored })
  assert.deepEqual([object['spec'].overhead, object['spec'].nodeSelector, object['spec'].tolerations.length], [{ cpu: '100m' }, { a: 'b' }, 1])
  for (const [spec, message] of [
    [{ runtimeClassName: 'none' }, /pod rejected: RuntimeClass "none" not found$/], [{ runtimeClassName: 'g', overhead: { cpu: '1' } }, /pod rejected: Pod's Overhead doesn't match/],
    [{ overhead: { cpu: '1' } }, /pod rejected: Pod Overhead set without/], [{ runtimeClassName: 'g', nodeSelector: { a: 'c' } }, /conflict: runtimeClass.scheduling.nodeSelector\[a\] = b; pod.spec.nodeSelector\[a\] = c$/],
  ] as const) assert.match((await admit(runtimeClass, Pods, pod(spec), { stored })).refused!, message)
})

test('certificates: who asks is not for them to say, and approving and signing are rights', async () => {
  const request = { metadata: { name: 'r' }, spec: { signerName: 'example.com/x', username: 'root', groups: ['system:masters'] }, status: {} }
  const { object } = await admit(certificateIdentity, CertificateSigningRequests, request, { user: { name: 'alice', groups: ['dev'], uid: '1' } })
  assert.deepEqual(object['spec'], { signerName: 'example.com/x', username: 'alice', uid: '1', groups: ['dev'] })
  const approve = { operation: 'UPDATE' as const, subresource: 'approval', old: request }
  assert.match((await admit(certificateApproval, CertificateSigningRequests, request, approve)).refused!, /user not permitted to approve requests with signerName "example.com\/x"$/)
  assert.equal((await admit(certificateApproval, CertificateSigningRequests, request, { ...approve, allowed: (verb, plural) => verb === 'approve' && plural === 'signers' })).refused, undefined)
  const signed = { ...request, status: { certificate: 'eA==' } }
  assert.match((await admit(certificateSigning, CertificateSigningRequests, signed, { operation: 'UPDATE', subresource: 'status', old: request })).refused!, /user not permitted to sign requests/)
  assert.equal((await admit(certificateSigning, CertificateSigningRequests, request, { operation: 'UPDATE', subresource: 'status', old: request })).refused, undefined)
})

test('OwnerReferencesPermissionEnforcement: owners are named by who may delete, and blocked by who may finalize', async () => {
  const owned = (blockOwnerDeletion: boolean) => pod({}, { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'u', blockOwnerDeletion }] })
  const may = (...rights: string[]) => (verb: string, plural: string, subresource?: string) => rights.includes([verb, plural, subresource].filter(Boolean).join(' '))
  const run = async (object: object, ...rights: string[]) => (await admit(ownerReferencesPermissionEnforcement, Pods, object, { allowed: may(...rights) })).refused
  assert.match((await run(owned(false)))!, /cannot set an ownerRef on a resource you can't delete/)
  assert.equal(await run(owned(false), 'delete pods'), undefined)
  assert.match((await run(owned(true), 'delete pods'))!, /cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on/)
  assert.equal(await run(owned(true), 'delete pods', 'update replicasets finalizers'), undefined)
})

test('AlwaysPullImages, ExtendedResourceToleration and PodNodeSelector change pods as they say', async () => {
  assert.equal((await admit(alwaysPullImages, Pods, pod({ containers: [{ name: 'c', image: 'i', imagePullPolicy: 'Never' }] }))).object['spec'].containers[0].imagePullPolicy, 'Always')
  const tolerations = async (requests: object) => (await admit(extendedResourceToleration, Pods, container({ requests }))).object['spec'].tolerations
  assert.deepEqual(await tolerations({ cpu: '1', 'example.com/gpu': '1' }), [{ key: 'example.com/gpu', operator: 'Exists' }])
  assert.equal(await tolerations({ cpu: '1', 'kubernetes.io/x': '1' }), undefined)
  const stored = [namespace({ annotations: { 'scheduler.alpha.kubernetes.io/node-selector': 'env=prod' } })]
  assert.deepEqual((await admit(podNodeSelector(), Pods, pod({ nodeSelector: { disk: 'ssd' } }), { stored })).object['spec'].nodeSelector, { env: 'prod', disk: 'ssd' })
  assert.match((await admit(podNodeSelector(), Pods, pod({ nodeSelector: { env: 'test' } }), { stored })).refused!, /pod node label selector conflicts with its namespace node label selector$/)
  assert.match((await admit(podNodeSelector({ allowed: { a: 'disk=hdd' } }), Pods, pod({ nodeSelector: { disk: 'ssd' } }))).refused!, /conflict with its namespace whitelist$/)
})

test('PodTolerationRestriction: a namespace adds tolerations and bounds them', async () => {
  const annotated = (name: string, list: object[]) => [namespace({ annotations: { [`scheduler.alpha.kubernetes.io/${name}`]: JSON.stringify(list) } })]
  const added = await admit(podTolerationRestriction, Pods, pod(), { stored: annotated('defaultTolerations', [{ key: 'k', operator: 'Exists' }]) })
  assert.deepEqual(added.object['spec'].tolerations, [{ key: 'k', operator: 'Exists' }])
  const allowed = annotated('tolerationsWhitelist', [{ key: 'k', operator: 'Exists' }])
  assert.equal((await admit(podTolerationRestriction, Pods, pod({ tolerations: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] }), { stored: allowed })).refused, undefined)
  assert.match((await admit(podTolerationRestriction, Pods, pod({ tolerations: [{ operator: 'Exists' }] }), { stored: allowed })).refused!, /conflict with its namespace whitelist$/)
})

test('EventRateLimit: a namespace has its burst, then its rate', async () => {
  const plugin = eventRateLimit([{ type: 'Namespace', qps: 1, burst: 2 }])
  const event = () => admit(plugin, Events, { metadata: { name: 'e', namespace: 'a' } })
  assert.deepEqual([(await event()).refused, (await event()).refused], [undefined, undefined])
  assert.match((await event()).refused!, /^limit reached on type Namespace for key a$/)
  clock.advance(1000)
  assert.equal((await event()).refused, undefined)
})

test('PodSecurity: older versions of the standards ask for what they asked for then', async () => {
  const enforce = (level: string, version = 'latest') => [namespace({ labels: { 'pod-security.kubernetes.io/enforce': level, 'pod-security.kubernetes.io/enforce-version': version } })]
  const hard = { securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } }, containers: [{ name: 'c', image: 'i', securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } }] }
  const check = async (level: string, version: string, spec: object, options = {}) => (await admit(podSecurity(options), Pods, pod(spec), { stored: enforce(level, version) })).refused
  assert.equal(await check('restricted', 'latest', hard), undefined)
  assert.match((await check('restricted', 'latest', { ...hard, volumes: [{ name: 'v', hostPath: { path: '/' } }] }))!, /violates PodSecurity "restricted:latest": restricted volume types \(volume "v" uses restricted volume type "hostPath"\)$/)
  assert.equal(await check('restricted', 'v1.18', { containers: [{ name: 'c', image: 'i', securityContext: { allowPrivilegeEscalation: false, runAsUser: 0, runAsNonRoot: true } }] }), undefined)
  assert.match((await check('baseline', 'v1.28', { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_keepalive_time', value: '1' }] } }))!, /forbidden sysctls \(net.ipv4.tcp_keepalive_time\)$/)
  assert.equal(await check('baseline', 'v1.29', { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_keepalive_time', value: '1' }] } }), undefined)
  assert.match((await check('baseline', 'latest', { securityContext: { sysctls: [{ name: 'constructor', value: '1' }] } }))!, /forbidden sysctls \(constructor\)$/)
  assert.match((await check('baseline', 'latest', { containers: [{ name: 'c', image: 'i', securityContext: { seLinuxOptions: { type: 'toString' } } }] }))!, /type "toString"/)
  const privileged = { containers: [{ name: 'c', image: 'i', securityContext: { privileged: true } }] }
  for (const exemptions of [{ namespaces: ['a'] }, { usernames: ['alice'] }]) assert.equal(await check('restricted', 'latest', privileged, { exemptions }), undefined)
  assert.ok(await check('restricted', 'latest', privileged, { exemptions: { runtimeClasses: ['g'], namespaces: ['b'] } }))
})

test('NodeRestriction: a kubelet gets tokens for the pods of its own node only', async () => {
  const user = { name: 'system:node:n1', groups: ['system:nodes'] }
  const volumes = [{ name: 't', projected: { sources: [{ serviceAccountToken: { path: 'token' } }, { serviceAccountToken: { path: 'vault', audience: 'vault' } }] } }, { name: 'd', csi: { driver: 'd' } }]
  const stored: Stored = [...['n1', 'n2'].map(nodeName => [Pods, { ...pod({ nodeName, volumes }, { name: nodeName, uid: `uid-${nodeName}` }) }] as const), [CSIDrivers, { metadata: { name: 'd' }, spec: { tokenRequests: [{ audience: 'cloud' }] } }]]
  const ask = async (boundObjectRef?: object, audiences: string[] = [], allowed = () => false) => (await admit(nodeRestriction, ServiceAccounts, { metadata: { name: 'default' }, spec: { audiences, ...(boundObjectRef && { boundObjectRef }) } }, { subresource: 'token', user, stored, allowed })).refused
  const bound = (name: string, uid = `uid-${name}`) => ({ apiVersion: 'v1', kind: 'Pod', name, uid })
  assert.equal(await ask(bound('n1')), undefined)
  assert.match((await ask())!, /node requested token not bound to a pod$/)
  assert.match((await ask({ apiVersion: 'v1', kind: 'Secret', name: 's' }))!, /node requested token not bound to a pod$/)
  assert.match((await ask(bound('n1', '')))!, /node requested token with a pod binding without a uid$/)
  assert.match((await ask(bound('n1', 'old')))!, /does not match the UID in record/)
  assert.match((await ask(bound('n2')))!, /node requested token bound to a pod scheduled on a different node$/)
  assert.match((await ask(bound('n3')))!, /^pods "n3" not found$/)
  for (const audience of ['vault', 'cloud']) assert.equal(await ask(bound('n1'), [audience]), undefined)
  assert.match((await ask(bound('n1'), ['elsewhere']))!, /audience "elsewhere" not found in pod spec volume, system:node:n1 is not authorized to request tokens for this audience$/)
  assert.equal(await ask(bound('n1'), ['elsewhere'], () => true), undefined)
  assert.match((await ask(bound('n1'), ['vault', 'cloud']))!, /node may only request 0 or 1 audiences$/)
})

test('NodeRestriction: mirrors of static pods belong to their node and name nothing of the API', async () => {
  const user = { name: 'system:node:n1', groups: ['system:nodes'] }
  const owner = { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: 'u1', controller: true }
  const mirror = async (ownerReferences: object[], spec: object = {}) =>
    (await admit(nodeRestriction, Pods, pod({ nodeName: 'n1', ...spec }, { annotations: { 'kubernetes.io/config.mirror': 'x' }, ownerReferences }), { user, stored: [[Nodes, { metadata: { name: 'n1', uid: 'u1' } }]] })).refused
  const refused = (what: string) => `pods "p" is forbidden: node "n1" ${what}`
  assert.equal(await mirror([owner]), undefined)
  assert.equal(await mirror([]), refused('can only create pods with an owner reference set to itself'))
  assert.equal(await mirror([{ ...owner, name: 'n2' }]), refused('can only create pods with an owner reference set to itself'))
  assert.equal(await mirror([{ ...owner, controller: false }]), refused('can only create pods with a controller owner reference set to itself'))
  assert.equal(await mirror([{ ...owner, blockOwnerDeletion: true }]), refused('must not set blockOwnerDeletion on an owner reference'))
  assert.equal(await mirror([{ ...owner, uid: 'u2' }]), 'pods "p" is forbidden: node n1 UID mismatch: expected u2 got u1')
  assert.equal(await mirror([owner, owner]), refused('can only create pods with a single owner reference set to itself'))
  const reaching: readonly [object, string][] = [
    [{ serviceAccountName: 'x' }, 'serviceaccounts'], [{ imagePullSecrets: [{ name: 's' }] }, 'secrets'], [{ resourceClaims: [{ name: 'c' }] }, 'resourceclaims'],
    [{ volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] }, 'persistentvolumeclaims'], [{ volumes: [{ name: 'v', csi: { driver: 'd' } }] }, 'csidrivers (via CSI volumes)'],
    [{ volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }] }, 'serviceaccounts (via projected volumes)'],
  ]
  for (const [spec, what] of reaching) assert.equal(await mirror([owner], spec), refused(`can not create pods that reference ${what}`))
})

test('NodeRestriction: of a claim a kubelet says how large it is, of a pod how it does', async () => {
  const user = { name: 'system:node:n1', groups: ['system:nodes'] }
  const claim = { metadata: { name: 'c', namespace: 'a' }, spec: { volumeName: 'v' }, status: { phase: 'Bound' } }
  const update = async (resource: typeof Pods | typeof PersistentVolumeClaims, object: object, old: object, subresource?: string) => (await admit(resource === Pods ? nodeRestriction : nodeRestriction, resource as never, object, { operation: 'UPDATE', old, user, ...(subresource && { subresource }) })).refused
  assert.equal(await update(PersistentVolumeClaims, { ...claim, status: { phase: 'Bound', capacity: { storage: '2Gi' } } }, claim, 'status'), undefined)
  assert.match((await update(PersistentVolumeClaims, { ...claim, status: { phase: 'Lost' } }, claim, 'status'))!, /is not allowed to update fields other than status.quantity and status.conditions$/)
  assert.match((await update(PersistentVolumeClaims, { ...claim, metadata: { ...claim.metadata, labels: { a: 'b' } } }, claim, 'status'))!, /is not allowed to update fields other than/)
  assert.match((await update(PersistentVolumeClaims, claim, claim))!, /may only update PVC status$/)
  const mine = { ...pod({ nodeName: 'n1' }), status: {} }
  assert.match((await update(Pods, { ...mine, status: { resourceClaimStatuses: [{ name: 'a', resourceClaimName: 'b' }] } }, mine, 'status'))!, /cannot update resource claim statues$/)
})

test('plugins are on and off as upstream has them, and as they are asked for', () => {
  const names = (options = {}) => createAdmissionPlugins(options).map(({ name }) => name)
  assert.ok(names().includes('PodSecurity') && !names().includes('AlwaysPullImages'))
  assert.ok(names({ enable: ['AlwaysPullImages'] }).includes('AlwaysPullImages'))
  assert.ok(!names({ disable: ['PodSecurity', 'RBACEscalation'] }).includes('PodSecurity'))
  assert.ok(names({ disable: ['RBACEscalation'] }).includes('RBACEscalation'), 'what upstream does elsewhere cannot be switched off')
  assert.equal(names().at(-1), 'ResourceQuota')
  assert.throws(() => names({ enable: ['Nonsense'] }), /there is no admission plugin "Nonsense"; there are AlwaysPullImages, /)
})

test('DenyServiceExternalIPs: what a service has it keeps, and nothing is added', async () => {
  const service = (...externalIPs: string[]) => ({ metadata: { name: 's', namespace: 'a' }, spec: { externalIPs } })
  const update = (next: object, old: object) => admit(denyServiceExternalIPs, Services, next, { operation: 'UPDATE', old })
  assert.equal((await admit(denyServiceExternalIPs, Services, service())).refused, undefined)
  assert.equal((await admit(denyServiceExternalIPs, Services, service('1.2.3.4'))).refused, 'services "s" is forbidden: Use of external IPs is denied by admission control')
  assert.equal((await update(service('1.2.3.4'), service('1.2.3.4', '1.2.3.5'))).refused, undefined)
  assert.match((await update(service('1.2.3.6'), service('1.2.3.4'))).refused!, /Use of external IPs is denied/)
})

test('PodTopologyLabels: pods carry the zone and region of their node', async () => {
  const stored: Stored = [[Nodes, { metadata: { name: 'n', labels: { 'topology.kubernetes.io/zone': 'z', 'topology.kubernetes.io/region': 'r', other: 'o' } } }]]
  const labels = { 'topology.kubernetes.io/zone': 'z', 'topology.kubernetes.io/region': 'r' }
  const binding = (target: object) => ({ metadata: { name: 'p', labels: { 'topology.kubernetes.io/zone': 'mine' } }, target })
  assert.deepEqual((await admit(podTopologyLabels, Pods, binding({ kind: 'Node', name: 'n' }), { subresource: 'binding', stored })).object.metadata.labels, labels)
  assert.deepEqual((await admit(podTopologyLabels, Pods, binding({ kind: 'Node', name: 'm' }), { subresource: 'binding', stored })).object.metadata.labels, { 'topology.kubernetes.io/zone': 'mine' })
  assert.deepEqual((await admit(podTopologyLabels, Pods, pod({ nodeName: 'n' }), { stored })).object.metadata.labels, labels)
  assert.equal((await admit(podTopologyLabels, Pods, pod(), { stored })).object.metadata.labels, undefined)
})
