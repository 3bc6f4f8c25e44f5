import { memoryCgroups, realCgroups, type Cgroups } from './cgroup.ts'
import { realFiles, type Files } from './files.ts'
import { memoryFiles } from './memory-files.ts'
import { memoryMounts, realMounts, type Mounts } from './mount.ts'
import { memoryNetwork, realNetwork, type Network } from './network.ts'
import { memoryProcesses, realProcesses, type Processes } from './process.ts'

/** The operating system as the rest of k8ts sees it. */
export interface Host {
  files: Files
  processes: Processes
  mounts: Mounts
  network: Network
  cgroups: Cgroups
}

/** The machine this process runs on. */
export const realHost = (): Host => ({
  files: realFiles, processes: realProcesses, mounts: realMounts(realProcesses), network: realNetwork(realProcesses), cgroups: realCgroups(),
})

/** A machine that is not there: files in a map, no processes, mounts and groups that are only remembered. */
export const memoryHost = (): Host => ({
  files: memoryFiles(), processes: memoryProcesses(), mounts: memoryMounts(), network: memoryNetwork(), cgroups: memoryCgroups(),
})
