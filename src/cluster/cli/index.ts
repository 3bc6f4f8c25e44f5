import type { VerbEntry } from './verb.ts'

/** Every verb, in the order of help. */
export const verbs: readonly VerbEntry[] = [
  { name: 'up', summary: 'start the cluster in the background and wait until its node is Ready', load: async () => (await import('./up.ts')).up },
  { name: 'down', summary: 'stop everything and leave nothing behind; --purge removes the data too', load: async () => (await import('./down.ts')).down },
  { name: 'status', summary: 'tell what runs: processes, node, pods, ports, memory', load: async () => (await import('./status.ts')).status },
  { name: 'logs', summary: 'print the log, of one component or of all', load: async () => (await import('./logs.ts')).logs },
  { name: 'demo', summary: 'build a small web image and deploy a two-tier example', load: async () => (await import('./demo.ts')).demo },
  { name: 'images', summary: "import, list and remove the node's images", load: async () => (await import('./images.ts')).images },
  { name: 'kubectl', summary: 'run kubectl against this cluster', load: async () => (await import('./kubectl.ts')).kubectl },
  { name: 'kubeconfig', summary: "print the administrator's kubeconfig", load: async () => (await import('./kubeconfig.ts')).kubeconfig },
  { name: 'rotate', summary: 'replace keys and certificates: encryption-key, service-account-key or certificates', load: async () => (await import('./rotate.ts')).rotate },
  { name: 'server', summary: 'run the cluster in the foreground, for a service manager', load: async () => (await import('./server.ts')).server },
  { name: 'apiserver', summary: 'run only the API server', load: async () => (await import('./component.ts')).componentVerb('apiserver') },
  { name: 'controller-manager', summary: 'run only the controllers', load: async () => (await import('./component.ts')).componentVerb('controller-manager') },
  { name: 'scheduler', summary: 'run only the scheduler', load: async () => (await import('./component.ts')).componentVerb('scheduler') },
  { name: 'kubelet', summary: 'run only the kubelet', load: async () => (await import('./component.ts')).componentVerb('kubelet') },
  { name: 'proxy', summary: 'run only the service proxy', load: async () => (await import('./component.ts')).componentVerb('proxy') },
  { name: 'dns', summary: 'run only the DNS server', load: async () => (await import('./component.ts')).componentVerb('dns') },
  { name: 'test', summary: "run k8ts's own checks and tests (by the launcher)", load: async () => (await import('./help.ts')).helpOf(verbs) },
  { name: 'version', summary: 'print versions', load: async () => (await import('./version.ts')).version },
  { name: 'help', summary: 'print this, or the flags of one command', load: async () => (await import('./help.ts')).helpOf(verbs) },
]
