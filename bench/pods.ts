/** The pods that benchmarks create: a small one (1.8 KB as it is answered), and one as a Deployment of two containers makes it (4.7 KB). */
export const podText = (name: string, size: 'small' | 'large' = 'small'): string => JSON.stringify(size === 'small' ? small(name) : large(name))

const small = (name: string) => ({
  kind: 'Pod', apiVersion: 'v1', metadata: { name, labels: { app: 'bench', name } },
  spec: { containers: [{ name: 'c', image: 'registry.example.com/team/app:1.2.3', env: [{ name: 'A', value: 'b' }], resources: { requests: { cpu: '100m', memory: '64Mi' } } }], automountServiceAccountToken: false },
})

const large = (name: string) => ({
  kind: 'Pod', apiVersion: 'v1',
  metadata: {
    name, labels: { app: 'bench', 'app.kubernetes.io/name': name, 'pod-template-hash': '7d4b9c6f5d' }, annotations: { 'example.com/checksum': 'a'.repeat(64) },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-7d4b9c6f5d', uid: '7a1c7f0e-4a63-4a5e-9d0a-2f6d2b8a7c11', controller: true, blockOwnerDeletion: true }],
  },
  spec: { containers: [container('app'), container('sidecar')], volumes: [{ name: 'config', configMap: { name: 'app' } }], securityContext: { runAsUser: 1000, fsGroup: 2000 } },
})

const container = (name: string) => ({
  name, image: 'registry.example.com/team/app:v1.2.3', command: ['/bin/app', '--verbose'], ports: [{ name: `http-${name}`, containerPort: 8080 }],
  env: [{ name: 'MODE', value: 'production' }],
  resources: { limits: { cpu: '500m', memory: '128Mi' }, requests: { cpu: '100m', memory: '64Mi' } }, volumeMounts: [{ name: 'config', mountPath: '/etc/app' }],
})
