import { mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { realHost, type Host } from '../../src/host/host.ts'
import { silentLog } from '../../src/machinery/log.ts'
import { systemClock } from '../../src/machinery/clock.ts'
import { containerdPaths } from '../../src/kubelet/containerd-config.ts'
import { startContainerd, type Containerd, type ContainerdOptions } from '../../src/kubelet/containerd.ts'
import { removeCniNetwork, writeCniConfig } from '../../src/kubelet/cni.ts'
import { criRuntime } from '../../src/kubelet/cri.ts'
import { architectureOf } from '../../src/kubelet/images/archive.ts'
import { importImage, type ImportOptions } from '../../src/kubelet/images/import.ts'
import { buildBusyboxImage, ensurePauseImage, PAUSE_IMAGE } from '../../src/kubelet/images/local.ts'
import type { Runtime } from '../../src/kubelet/runtime.ts'

/** A containerd with names of its own, so that tests run beside each other and beside a cluster. */
export interface PrivateContainerd {
  host: Host
  directory: string
  options: ContainerdOptions
  containerd: Containerd
  runtime: Runtime
  images: ImportOptions
  image: string
  cgroupRoot: string
  bridge: string
  /** Stops everything and returns what is left of it, which should be nothing. */
  close(): Promise<string[]>
}

export const testImage = 'k8ts.local/test-busybox:1'
export const architecture = architectureOf(process.arch)

/** What of this containerd can still be found on the machine. */
async function leftovers({ host, directory, cgroupRoot, bridge }: Pick<PrivateContainerd, 'host' | 'directory' | 'cgroupRoot' | 'bridge'>): Promise<string[]> {
  const [processes, mounts, interfaces, groups] = await Promise.all([
    host.processes.list(), host.mounts.list(), host.network.interfaces(), host.cgroups.children('/'),
  ])
  return [
    ...processes.filter(({ command, pid }) => pid !== process.pid && command.some(word => word.includes(directory))).map(({ command }) => `process ${command.join(' ')}`),
    ...mounts.filter(({ target }) => target.startsWith(directory)).map(({ target }) => `mount ${target}`),
    ...interfaces.filter(({ name, master }) => name === bridge || master === bridge).map(({ name }) => `interface ${name}`),
    ...groups.filter(name => `/${name}` === cgroupRoot).map(name => `cgroup ${name}`),
    ...((await host.files.exists(`${directory}/state`)) ? ['state directory'] : []),
  ]
}

/** Starts one in a new directory, with its network, its pause image and an image of busybox. */
export async function privateContainerd(change: Partial<ContainerdOptions> = {}): Promise<PrivateContainerd> {
  const host = realHost()
  const directory = await mkdtemp('/tmp/k8ts-e2e-')
  const id = directory.slice(-6).toLowerCase().replace(/[^a-z0-9]/g, 'x')
  const cgroupRoot = `/k8ts-e2e-${directory.slice(-6)}`
  const network = { name: `k8ts-e2e-${id}`, bridge: `ke${id}`, podCidrs: [`10.${100 + (process.pid % 100)}.${(process.pid >> 7) % 256}.0/24`], leases: `${directory}/leases` }
  await writeCniConfig(host, containerdPaths(directory).cniConfig, network)
  const options: ContainerdOptions = { host, clock: systemClock, log: silentLog, directory, pauseImage: PAUSE_IMAGE, cgroupRoot, ...change }
  const containerd = await startContainerd(options)
  const runtime = criRuntime({ endpoint: containerd.paths.socket })
  const images: ImportOptions = { host, clock: systemClock, runtime, socket: containerd.paths.socket, snapshotter: containerd.snapshotter }
  await ensurePauseImage(images, architecture)
  await importImage(images, await buildBusyboxImage(host, { name: testImage, architecture, cmd: ['sh'] }))
  const self: PrivateContainerd = {
    host, directory, options, containerd, runtime, images, image: testImage, cgroupRoot, bridge: network.bridge,
    async close() {
      runtime.close()
      await self.containerd.stop()
      await removeCniNetwork(host, network)
      const left = await leftovers(self)
      await rm(directory, { recursive: true, force: true })
      return left
    },
  }
  return self
}

export const readLog = (path: string): Promise<string> => readFile(path, 'utf8')
export const moveLog = (from: string, to: string): Promise<void> => rename(from, to)
