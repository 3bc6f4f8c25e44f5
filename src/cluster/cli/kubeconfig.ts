import { realFiles } from '../../host/files.ts'
import { StatusError } from '../../machinery/status.ts'
import { layoutOf } from '../layout.ts'
import type { Verb } from './verb.ts'

export const kubeconfig: Verb = {
  flags: { path: { type: 'boolean', help: 'print where it is, not what it says' } },
  async run({ options, flags, print }) {
    const path = layoutOf(options).adminKubeconfig
    if (!(await realFiles.exists(path))) throw new StatusError('NotFound', `there is no ${path} yet: "k8ts up" makes it`)
    print(flags['path'] ? path : (await realFiles.readText(path)).trimEnd())
  },
}
