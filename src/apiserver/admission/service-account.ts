import { pathSegment } from '../../machinery/names.ts'
import type { Pod } from '../../api/core/pod/pod.ts'
import { Pods } from '../../api/core/pod/pod.ts'
import type { Volume } from '../../api/core/pod/volumes.ts'
import type { ServiceAccount } from '../../api/core/service-account.ts'
import { ServiceAccounts } from '../../api/core/service-account.ts'
import type { Draft } from '../../machinery/schema/schema.ts'
import { nameSuffix } from '../../machinery/random.ts'
import { forbidden } from '../../machinery/status.ts'
import type { AdmissionContext, AdmissionPlugin, AdmissionRequest } from './admission.ts'

const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount'
const TOKEN_SECONDS = 3607
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror'
const ENFORCE_ANNOTATION = 'kubernetes.io/enforce-mountable-secrets'

/** Every pod runs as a service account of its namespace and finds that account's token where clients look for it. */
export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  handles: ({ operation, resource, subresource }) => resource === Pods && ((operation === 'CREATE' && !subresource) || (operation === 'UPDATE' && subresource === 'ephemeralcontainers')),

  mutate(request, context) {
    if (request.operation !== 'CREATE') return
    const pod = request.object as Pod
    if (pod.metadata.annotations?.[MIRROR_ANNOTATION] !== undefined) return checkMirrorPod(request, pod)
    pod.spec.serviceAccountName ||= 'default'
    pod.spec.serviceAccount = pod.spec.serviceAccountName
    const account = accountOf(request, pod, context)
    if (shouldMountToken(pod, account)) mountToken(pod, context)
    if (!pod.spec.imagePullSecrets?.length && account.imagePullSecrets) pod.spec.imagePullSecrets = account.imagePullSecrets.map(secret => ({ ...secret }))
  },

  validate(request, context) {
    const pod = request.object as Pod
    if (pod.metadata.annotations?.[MIRROR_ANNOTATION] !== undefined) return checkMirrorPod(request, pod)
    const account = accountOf(request, pod, context)
    if (account.metadata.annotations?.[ENFORCE_ANNOTATION] === 'true') checkMountableSecrets(request, pod, account)
  },
}

const refuse = (request: AdmissionRequest, message: string): never => {
  throw forbidden(Pods, request.shownName, message)
}

function accountOf(request: AdmissionRequest, pod: Pod, context: AdmissionContext): ServiceAccount {
  const name = pod.spec.serviceAccountName ?? 'default'
  const account = context.get<ServiceAccount>(ServiceAccounts, request.namespace, name)
  const problems = account ? [] : pathSegment(name)
  if (problems.length > 0) return refuse(request, `error looking up service account ${request.namespace}/${name}: invalid resource name ${JSON.stringify(name)}: [${problems.join(' ')}]`)
  return account ?? refuse(request, `error looking up service account ${request.namespace}/${name}: serviceaccount ${JSON.stringify(name)} not found`)
}

const shouldMountToken = (pod: Pod, account: ServiceAccount): boolean => pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true

function mountToken(pod: Pod, { random }: AdmissionContext): void {
  const existing = pod.spec.volumes?.find(volume => volume.name.startsWith('kube-api-access-'))
  const name = existing?.name ?? `kube-api-access-${nameSuffix(random)}`
  let used = false
  for (const container of [...(pod.spec.initContainers ?? []), ...(pod.spec.containers ?? [])]) {
    if (container.volumeMounts?.some(mount => mount.mountPath === MOUNT_PATH)) continue
    container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath: MOUNT_PATH }]
    used = true
  }
  if (used && !existing) pod.spec.volumes = [...(pod.spec.volumes ?? []), tokenVolume(name) as Volume]
}

/** The volume that holds token, CA and namespace: what an in-cluster client reads. */
const tokenVolume = (name: string): Draft<Volume> => ({
  name,
  projected: {
    defaultMode: 0o644,
    sources: [
      { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
    ],
  },
})

/** A static pod's mirror may not reach for what its node has no right to. */
function checkMirrorPod(request: AdmissionRequest, pod: Pod): void {
  if (pod.spec.serviceAccountName) refuse(request, 'a mirror pod may not reference service accounts')
  for (const volume of pod.spec.volumes ?? []) {
    if (volume.secret) refuse(request, 'a mirror pod may not reference secrets')
    if (volume.projected?.sources?.some(source => source.serviceAccountToken)) refuse(request, 'a mirror pod may not use ServiceAccountToken volume projections')
  }
}

function checkMountableSecrets(request: AdmissionRequest, pod: Pod, account: ServiceAccount): void {
  const mountable = new Set(account.secrets?.map(secret => secret.name))
  const pullable = new Set(account.imagePullSecrets?.map(secret => secret.name))
  const unknown = (what: string, kind = 'secret'): never => refuse(request, `${what} is not allowed because service account ${account.metadata.name} does not reference that ${kind}`)
  for (const { secret } of pod.spec.volumes ?? []) {
    if (secret && !mountable.has(secret.secretName)) unknown(`volume with secret.secretName=${JSON.stringify(secret.secretName)}`)
  }
  const containers = [
    ...(pod.spec.initContainers ?? []).map(container => ({ container, label: 'init container' })),
    ...pod.spec.containers.map(container => ({ container, label: 'container' })),
    ...(pod.spec.ephemeralContainers ?? []).map(container => ({ container, label: 'ephemeral container' })),
  ]
  for (const { container, label } of containers) {
    for (const { name, valueFrom } of container.env ?? []) {
      const secret = valueFrom?.secretKeyRef?.name
      if (secret !== undefined && !mountable.has(secret)) unknown(`${label} ${container.name} with envVar ${name} referencing secret.secretName=${JSON.stringify(secret)}`)
    }
    for (const { secretRef } of container.envFrom ?? []) {
      if (secretRef && !mountable.has(secretRef.name)) unknown(`${label} ${container.name} with envFrom referencing secret.secretName=${JSON.stringify(secretRef.name)}`)
    }
  }
  for (const [index, { name }] of (pod.spec.imagePullSecrets ?? []).entries()) {
    if (!pullable.has(name)) unknown(`imagePullSecrets[${index}].name=${JSON.stringify(name)}`, 'imagePullSecret')
  }
}
