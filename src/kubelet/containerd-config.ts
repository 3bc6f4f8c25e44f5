/** The plug-ins that a node never uses; each costs time at start and some look for devices. */
const UNUSED_PLUGINS = [
  'io.containerd.snapshotter.v1.aufs', 'io.containerd.snapshotter.v1.blockfile', 'io.containerd.snapshotter.v1.btrfs', 'io.containerd.snapshotter.v1.devmapper',
  'io.containerd.snapshotter.v1.erofs', 'io.containerd.snapshotter.v1.zfs', 'io.containerd.tracing.processor.v1.otlp', 'io.containerd.internal.v1.tracing',
  'io.containerd.internal.v1.opt', 'io.containerd.internal.v1.restart', 'io.containerd.nri.v1.nri',
]

export type Snapshotter = 'overlayfs' | 'native'

/** Where one containerd keeps its things: all below one directory, so that clusters beside each other never meet. */
export interface ContainerdPaths {
  config: string
  socket: string
  pidFile: string
  log: string
  /** Images and snapshots: kept. */
  root: string
  /** Running tasks, network namespaces, runc's own state: gone after a stop. */
  state: string
  temporary: string
  cniConfig: string
  /** One directory for each registry with a hosts.toml (containerd's `config_path`). */
  registries: string
}

/** The paths below the directory of one node. */
export const containerdPaths = (directory: string): ContainerdPaths => ({
  config: `${directory}/config.toml`, socket: `${directory}/containerd.sock`, pidFile: `${directory}/containerd.pid`, log: `${directory}/containerd.log`,
  root: `${directory}/root`, state: `${directory}/state`, temporary: `${directory}/tmp`, cniConfig: `${directory}/cni`, registries: `${directory}/certs.d`,
})

export interface ContainerdConfig {
  paths: ContainerdPaths
  snapshotter: Snapshotter
  pauseImage: string
  cniBinaries: string
  /** Without CAP_SYS_RESOURCE no process can lower its OOM score, and sandboxes ask for that. */
  restrictOomScore: boolean
}

/**
 * containerd's configuration file. Version 2 of the format is the one that 1.6, 1.7 and 2.x all read (2.x moves the CRI section to its new names
 * by itself).
 */
export function containerdConfig({ paths, snapshotter, pauseImage, cniBinaries, restrictOomScore }: ContainerdConfig): string {
  const text = JSON.stringify
  return `version = 2
root = ${text(paths.root)}
state = ${text(paths.state)}
temp = ${text(paths.temporary)}
oom_score = 0
disabled_plugins = ${text(UNUSED_PLUGINS)}

[grpc]
  address = ${text(paths.socket)}
  max_recv_message_size = 67108864
  max_send_message_size = 67108864

[plugins."io.containerd.monitor.v1.cgroups"]
  no_prometheus = true

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = ${text(pauseImage)}
  restrict_oom_score_adj = ${restrictOomScore}
  netns_mounts_under_state_dir = true
  max_container_log_line_size = 262144
  stats_collect_period = 60
  enable_unprivileged_ports = true
  enable_unprivileged_icmp = true
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = ${text(cniBinaries)}
    conf_dir = ${text(paths.cniConfig)}

  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = ${text(paths.registries)}

  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = ${text(snapshotter)}
    default_runtime_name = "runc"

    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"

      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
        Root = ${text(`${paths.state}/runc`)}
`
}

/** The snapshotter that an earlier configuration chose: its images and containers are only to be found with the same one. */
export const snapshotterOf = (config: string): Snapshotter | undefined => /^\s*snapshotter = "(overlayfs|native)"$/m.exec(config)?.[1] as Snapshotter | undefined
