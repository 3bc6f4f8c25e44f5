import type { Subject } from '../../api/rbac/shared.ts'
import { allow } from './rbac-rules.ts'
import type { RuleTable } from './rbac-rules.ts'

const leaderElection = [
  allow('create get list update watch', 'coordination.k8s.io', 'leases'),
  allow('create get list update watch', 'coordination.k8s.io', 'leasecandidates'),
]

/** `<namespace>/<name>`: the roles that every server starts with. */
export const namespacedRoles: RuleTable = {
  'kube-public/system:controller:bootstrap-signer': [
    allow('get list watch', '', 'configmaps'),
    allow('update', '', 'configmaps', 'cluster-info'),
    allow('create patch update', '"" events.k8s.io', 'events'),
  ],
  'kube-system/extension-apiserver-authentication-reader': [allow('get list watch', '', 'configmaps', 'extension-apiserver-authentication')],
  'kube-system/system::leader-locking-kube-controller-manager': leaderElection,
  'kube-system/system::leader-locking-kube-scheduler': leaderElection,
  'kube-system/system:controller:bootstrap-signer': [allow('get list watch', '', 'secrets')],
  'kube-system/system:controller:cloud-provider': [allow('create get list watch', '', 'configmaps')],
  'kube-system/system:controller:token-cleaner': [
    allow('delete get list watch', '', 'secrets'),
    allow('create patch update', '"" events.k8s.io', 'events'),
  ],
}

const RBAC_GROUP = 'rbac.authorization.k8s.io'
export const user = (name: string): Subject => ({ apiGroup: RBAC_GROUP, kind: 'User', name })
export const group = (name: string): Subject => ({ apiGroup: RBAC_GROUP, kind: 'Group', name })
export const serviceAccount = (name: string): Subject => ({ kind: 'ServiceAccount', name, namespace: 'kube-system' })

/** `<namespace>/<name>`: role and subjects of the bindings to these roles. */
export const namespacedBindings: Readonly<Record<string, { role: string; subjects: readonly Subject[] }>> = {
  'kube-public/system:controller:bootstrap-signer': { role: 'system:controller:bootstrap-signer', subjects: [serviceAccount('bootstrap-signer')] },
  'kube-system/system::extension-apiserver-authentication-reader': {
    role: 'extension-apiserver-authentication-reader', subjects: [user('system:kube-controller-manager'), user('system:kube-scheduler')],
  },
  'kube-system/system::leader-locking-kube-controller-manager': {
    role: 'system::leader-locking-kube-controller-manager',
    subjects: [user('system:kube-controller-manager'), serviceAccount('kube-controller-manager'), serviceAccount('leader-election-controller')],
  },
  'kube-system/system::leader-locking-kube-scheduler': {
    role: 'system::leader-locking-kube-scheduler', subjects: [user('system:kube-scheduler'), serviceAccount('kube-scheduler')],
  },
  'kube-system/system:controller:bootstrap-signer': { role: 'system:controller:bootstrap-signer', subjects: [serviceAccount('bootstrap-signer')] },
  'kube-system/system:controller:cloud-provider': { role: 'system:controller:cloud-provider', subjects: [serviceAccount('cloud-provider')] },
  'kube-system/system:controller:token-cleaner': { role: 'system:controller:token-cleaner', subjects: [serviceAccount('token-cleaner')] },
}

/** Subjects of the cluster role bindings that bind the cluster role of the same name. */
export const clusterBindings: Readonly<Record<string, readonly Subject[]>> = {
  'cluster-admin': [group('system:masters')],
  'system:basic-user': [group('system:authenticated')],
  'system:discovery': [group('system:authenticated')],
  'system:kube-controller-manager': [user('system:kube-controller-manager')],
  'system:kube-dns': [serviceAccount('kube-dns')],
  'system:kube-scheduler': [user('system:kube-scheduler')],
  'system:monitoring': [group('system:monitoring')],
  'system:node': [],
  'system:node-proxier': [user('system:kube-proxy')],
  'system:public-info-viewer': [group('system:authenticated'), group('system:unauthenticated')],
  'system:service-account-issuer-discovery': [group('system:serviceaccounts')],
  'system:volume-scheduler': [user('system:kube-scheduler')],
}
