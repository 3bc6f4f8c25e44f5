import { createCache, type Cache } from '../client/cache.ts'
import type { Client } from '../client/client.ts'
import { runElected } from '../client/lease.ts'
import type { Clock } from '../machinery/clock.ts'
import type { Log } from '../machinery/log.ts'
import type { Random } from '../machinery/random.ts'
import { MANAGER_ITSELF, type ControllerMetrics, type ControllerModule, type RunningController } from './framework.ts'
import { bootstrapSigner } from './bootstrap-signer.ts'
import { certificateApprover } from './certificate-approver.ts'
import { certificateCleaner } from './certificate-cleaner.ts'
import { certificateSigner } from './certificate-signer.ts'
import { clusterRoleAggregation } from './clusterrole-aggregation.ts'
import { cronJobController } from './cron-job.ts'
import { daemonSetController } from './daemon-set.ts'
import { deploymentController } from './deployment.ts'
import { disruptionController } from './disruption.ts'
import { endpointSliceController } from './endpoint-slice.ts'
import { endpointSliceMirroring } from './endpoint-slice-mirroring.ts'
import { endpointsController } from './endpoints.ts'
import { ephemeralVolumeController } from './ephemeral-volume.ts'
import { garbageCollector } from './garbage-collector.ts'
import { jobController } from './job.ts'
import { jobOrphans } from './job-orphans.ts'
import { namespaceController } from './namespace.ts'
import { nodeIpamController } from './node-ipam.ts'
import { nodeLifecycleController } from './node-lifecycle.ts'
import { podGcController } from './pod-gc.ts'
import { pvBinder } from './pv-binder.ts'
import { pvProtectionController } from './pv-protection.ts'
import { pvcBinder } from './pvc-binder.ts'
import { pvcProtectionController } from './pvc-protection.ts'
import { replicaSetController } from './replicaset.ts'
import { replicationController } from './replication-controller.ts'
import { resourceQuotaController } from './resource-quota.ts'
import { rootCaPublisher } from './root-ca-publisher.ts'
import { serviceAccountTokens } from './service-account-tokens.ts'
import { serviceAccountController } from './service-account.ts'
import { completeSettings, type ControllerSettings } from './settings.ts'
import { statefulSetController } from './stateful-set.ts'
import { taintEvictionController } from './taint-eviction.ts'
import { legacyTokenCleaner } from './legacy-token-cleaner.ts'
import { tokenCleaner } from './token-cleaner.ts'
import { ttlController } from './ttl.ts'
import { ttlAfterFinished } from './ttl-after-finished.ts'
import { vacProtectionController } from './vac-protection.ts'

/** Every controller, in the order in which they start. One new controller = one new file + one line here. */
export const controllers: readonly ControllerModule[] = [
  serviceAccountController,
  rootCaPublisher,
  namespaceController,
  nodeLifecycleController,
  replicaSetController,
  deploymentController,
  replicationController,
  daemonSetController,
  statefulSetController,
  jobController,
  jobOrphans,
  cronJobController,
  endpointsController,
  endpointSliceController,
  endpointSliceMirroring,
  garbageCollector,
  taintEvictionController,
  podGcController,
  disruptionController,
  ttlAfterFinished,
  clusterRoleAggregation,
  resourceQuotaController,
  certificateApprover,
  certificateSigner,
  certificateCleaner,
  nodeIpamController,
  ttlController,
  tokenCleaner,
  legacyTokenCleaner,
  bootstrapSigner,
  serviceAccountTokens,
  ephemeralVolumeController,
  pvcBinder,
  pvBinder,
  pvcProtectionController,
  pvProtectionController,
  vacProtectionController,
]

export interface ControllersOptions {
  /** Reads for all controllers, and the lease. */
  readonly client: Client
  /** The client that acts as a controller's own service account in kube-system. Default: `client` for all. */
  readonly clientFor?: (identity: string) => Client
  /** Shared with others in this process; without it the controllers have their own. */
  readonly cache?: Cache
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly controllers?: readonly ControllerModule[]
  readonly settings?: Partial<ControllerSettings>
  readonly metrics?: ControllerMetrics
  /** Run only while holding the lease `kube-controller-manager`; for several processes. */
  readonly leaderElection?: { readonly identity: string }
}

/** The controllers at work. */
export interface RunningControllers {
  /** Whether a key is ready to run or running somewhere. */
  readonly busy: boolean
  stop(): Promise<void>
}

/** Starts all controllers, now or as soon as this process is the leader. */
export function startControllers(options: ControllersOptions): RunningControllers {
  const stopped = new AbortController()
  let running: readonly RunningController[] = []
  let waiting = options.leaderElection !== undefined

  const lead = async (signal: AbortSignal): Promise<void> => {
    const cache = options.cache ?? createCache(options)
    const { clock, random, log, client, metrics } = options
    const clientFor = (identity: string): Client => (identity === MANAGER_ITSELF ? client : options.clientFor?.(identity) ?? client)
    running = (options.controllers ?? controllers).map(controller =>
      controller.start({ cache, clientFor, clock, random, log, metrics, settings: completeSettings(options.settings), signal }))
    waiting = false
    if (!signal.aborted) await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
    await Promise.all(running.map(controller => controller.stop()))
    running = []
    if (!options.cache) cache.stop()
  }
  const { leaderElection } = options
  const done = leaderElection
    ? runElected({ ...options, lease: { namespace: 'kube-system', name: 'kube-controller-manager' }, identity: leaderElection.identity, signal: stopped.signal }, lead)
    : lead(stopped.signal)
  return {
    get busy() {
      return waiting || running.some(controller => controller.busy)
    },
    async stop() {
      stopped.abort()
      await done
    },
  }
}
