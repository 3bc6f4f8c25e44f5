import type { Files } from '../../host/files.ts'

/** What the machine says of itself. */
export interface Machine {
  readonly cpus: number
  readonly memoryBytes: number
  readonly architecture: string
  readonly kernelVersion: string
  readonly osImage: string
  readonly machineId: string
  readonly systemUuid: string
  readonly bootId: string
  readonly swapBytes: number
  readonly maxPids: number
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64', arm: 'arm', ia32: '386', ppc64: 'ppc64le', s390x: 's390x', riscv64: 'riscv64' }

/** Reads what /proc, /sys and /etc tell; what is not there gets a harmless value, so that a machine in memory is one too. */
export async function readMachine(files: Files, nodeArchitecture: string): Promise<Machine> {
  const text = async (path: string): Promise<string> => ((await files.exists(path)) ? (await files.readText(path)).trim() : '')
  const [meminfo, cpus, kernel, release, machineId, dmi, boot, pids] = await Promise.all([
    text('/proc/meminfo'), text('/sys/devices/system/cpu/online'), text('/proc/sys/kernel/osrelease'), text('/etc/os-release'),
    text('/etc/machine-id'), text('/sys/class/dmi/id/product_uuid').catch(() => ''), text('/proc/sys/kernel/random/boot_id'), text('/proc/sys/kernel/pid_max'),
  ])
  const kilobytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(meminfo)?.[1] ?? 0)
  return {
    cpus: countCpus(cpus), memoryBytes: kilobytes('MemTotal') * 1024, swapBytes: kilobytes('SwapTotal') * 1024, architecture: ARCHITECTURES[nodeArchitecture] ?? nodeArchitecture,
    kernelVersion: kernel || 'unknown', osImage: /^PRETTY_NAME="?(.*?)"?$/m.exec(release)?.[1] ?? 'Linux',
    machineId, systemUuid: dmi.toLowerCase() || machineId, bootId: boot, maxPids: Number(pids) || 32768,
  }
}

/** `0-3,8` is five. */
export const countCpus = (online: string): number =>
  online.split(',').filter(Boolean).reduce((sum, range) => {
    const [first, last = first] = range.split('-').map(Number)
    return sum + (last! - first!) + 1
  }, 0) || 1
