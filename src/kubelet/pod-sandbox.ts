import type { Pod } from '../api/core/pod/pod.ts'
import { errorMessage } from '../machinery/log.ts'
import { hostNetworkHostsFile, hostsFile } from './container/hosts-file.ts'
import { podCgroup, podCgroupLimits } from './container/resources.ts'
import { sandboxConfig } from './container/sandbox-config.ts'
import { podReference } from './events.ts'
import { runtimeUid } from './names.ts'
import { podPaths, type PodContext } from './pod-context.ts'
import type { PodSandboxConfig, PodSandboxStatus } from './runtime.ts'

/** The sandbox of a pod, as the runtime is asked for it. */
export async function podSandboxConfig({ options, security, resolvConf }: PodContext, pod: Pod, attempt: number): Promise<PodSandboxConfig> {
  return sandboxConfig(pod, attempt, {
    podLogDir: options.podLogDir, cgroupRoot: options.cgroupRoot, hostResolvConf: await resolvConf(), security, nowMs: options.clock.now(),
    dns: { clusterDns: options.clusterDns, clusterDomain: options.clusterDomain },
  })
}

/** Makes a pod's sandbox; a failure is also told in an event. */
export async function makeSandbox(context: PodContext, pod: Pod, attempt: number, signal: AbortSignal): Promise<void> {
  const { options: { host, runtime, cgroupRoot }, events } = context
  await host.files.makeDirectory(podPaths(context.options, pod).logDirectory, 0o755)
  if (cgroupRoot !== undefined) await host.cgroups.create(podCgroup(cgroupRoot, pod, runtimeUid(pod)), podCgroupLimits(pod))
  try {
    const handler = pod.spec.runtimeClassName ? { handler: pod.spec.runtimeClassName } : {}
    await runtime.runPodSandbox(await podSandboxConfig(context, pod, attempt), { ...handler, signal })
  } catch (error) {
    signal.throwIfAborted()
    events.event(podReference(pod), 'Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${errorMessage(error)}`)
    throw error
  }
}

/** Writes the /etc/hosts that the pod's containers share. */
export async function writeHostsFile({ options: { host: { files }, clusterDomain }, options }: PodContext, pod: Pod, sandbox: PodSandboxStatus): Promise<void> {
  const content = pod.spec.hostNetwork
    ? hostNetworkHostsFile(pod, await files.readText('/etc/hosts').catch(() => '127.0.0.1\tlocalhost\n'))
    : hostsFile(pod, sandbox.ips, clusterDomain)
  // Not replaced but written over: running containers have this very file mounted.
  await files.write(podPaths(options, pod).hostsFile, content, { mode: 0o644 })
}
