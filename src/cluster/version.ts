/** Our own version, and the level of the Kubernetes API that we serve. */
export const VERSION = '0.1.0'
export const KUBERNETES_VERSION = 'v1.36.3'
