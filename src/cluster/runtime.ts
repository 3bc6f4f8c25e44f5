import { writeCniConfig } from '../kubelet/cni.ts'
import { startContainerd } from '../kubelet/containerd.ts'
import { criRuntime } from '../kubelet/cri.ts'
import { architectureOf } from '../kubelet/images/archive.ts'
import { ensurePauseImage, PAUSE_IMAGE } from '../kubelet/images/local.ts'
import { containerdPaths } from '../kubelet/containerd-config.ts'
import type { Runtime } from '../kubelet/runtime.ts'
import type { ComponentContext } from './component.ts'
import type { NodeNetwork } from './node-network.ts'
import type { Cleanup } from './start.ts'

/** Our own containerd, kept running, or the runtime that the user named. Stopping leaves the containers as they are. */
export async function openRuntime(context: ComponentContext, network: NodeNetwork, cleanup: Cleanup): Promise<Runtime> {
  const { options, layout, host, clock, random, log, progress } = context
  if (options.containerRuntimeEndpoint) {
    const runtime = criRuntime({ endpoint: options.containerRuntimeEndpoint, clock, random, log })
    cleanup(() => runtime.close())
    return runtime
  }
  await writeCniConfig(host, containerdPaths(layout.containerdDir).cniConfig, { ...layout.cni, podCidrs: [network.podCidr] })
  const containerd = await startContainerd({ host, clock, log, directory: layout.containerdDir, pauseImage: PAUSE_IMAGE, cgroupRoot: layout.cgroup })
  cleanup(() => containerd.release())
  context.recordProcess('containerd', containerd.pid())
  const runtime = criRuntime({ endpoint: containerd.paths.socket, clock, random, log })
  cleanup(() => runtime.close())
  await ensurePauseImage({ host, clock, runtime, socket: containerd.paths.socket, snapshotter: containerd.snapshotter }, architectureOf(process.arch))
  progress(containerd.adopted ? 'containerd still ran and is taken over' : 'containerd answers')
  return runtime
}
