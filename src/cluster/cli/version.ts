import { KUBERNETES_VERSION, VERSION } from '../version.ts'
import type { Verb } from './verb.ts'

export const version: Verb = {
  async run({ print }) {
    print(`k8ts ${VERSION} (Kubernetes ${KUBERNETES_VERSION}, Node ${process.version})`)
  },
}
