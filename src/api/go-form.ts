import type { Schema, TypeNode } from '../machinery/schema/schema.ts'
import { resolve } from '../machinery/schema/schema.ts'

/** Field names whose Go form is more than a capital letter; kinds may know others. */
const NAMES: Readonly<Record<string, string>> = {
  cel: 'CEL', seLinuxOptions: 'SELinuxOptions', seLinuxChangePolicy: 'SELinuxChangePolicy', uid: 'UID', ips: 'IPs', cidrs: 'CIDRs', apiGroup: 'APIGroup', apiVersion: 'APIVersion',
  fsType: 'FSType', fsGroup: 'FSGroup', fsGroupChangePolicy: 'FSGroupChangePolicy', gmsaCredentialSpecName: 'GMSACredentialSpecName', gmsaCredentialSpec: 'GMSACredentialSpec',
  tty: 'TTY', httpGet: 'HTTPGet', tcpSocket: 'TCPSocket', grpc: 'GRPC', httpHeaders: 'HTTPHeaders', dnsPolicy: 'DNSPolicy', dnsConfig: 'DNSConfig', os: 'OS',
}
/** The same for fields of one type. */
const TYPE_NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Volume: {
    gcePersistentDisk: 'GCEPersistentDisk', awsElasticBlockStore: 'AWSElasticBlockStore', nfs: 'NFS', iscsi: 'ISCSI', rbd: 'RBD', cephfs: 'CephFS', fc: 'FC', storageos: 'StorageOS', csi: 'CSI',
  },
  GCEPersistentDiskVolumeSource: { pdName: 'PDName' },
  ISCSIVolumeSource: { iqn: 'IQN', iscsiInterface: 'ISCSIInterface', chapAuthDiscovery: 'DiscoveryCHAPAuth', chapAuthSession: 'SessionCHAPAuth' },
  GlusterfsVolumeSource: { endpoints: 'EndpointsName' }, RBDVolumeSource: { monitors: 'CephMonitors', image: 'RBDImage', pool: 'RBDPool', user: 'RadosUser' },
  FCVolumeSource: { wwids: 'WWIDs' }, AzureDiskVolumeSource: { diskURI: 'DataDiskURI' }, ScaleIOVolumeSource: { sslEnabled: 'SSLEnabled' }, HostAlias: { ip: 'IP' },
}
/** Types whose fields upstream keeps in another order. */
const MOVED: Readonly<Record<string, readonly (readonly [field: string, after: string])[]>> = {
  Volume: [['quobyte', 'rbd']],
}

function fieldNames(schema: Schema, type: string): string[] {
  const names = Object.keys(schema.fields)
  for (const [field, after] of MOVED[type] ?? []) {
    names.splice(names.indexOf(field), 1)
    names.splice(names.indexOf(after) + 1, 0, field)
  }
  return names
}

/** A value as messages show it where upstream prints its internal type: Go's field names, and nothing left out. */
export function goForm(schema: Schema, value: object, names: Readonly<Record<string, string>> = {}): Record<string, unknown> {
  // What comes from apimachinery has the same form inside and outside.
  if (schema.name.startsWith('io.k8s.apimachinery.')) return value as Record<string, unknown>
  const given = value as Readonly<Record<string, unknown>>
  const type = schema.name.split('.').at(-1)!
  const out: Record<string, unknown> = {}
  for (const name of fieldNames(schema, type)) {
    const { node, options } = schema.fields[name]!
    const isAbsent = given[name] === undefined || given[name] === null
    if (name === 'metadata') Object.assign(out, given[name])
    else out[names[name] ?? TYPE_NAMES[type]?.[name] ?? NAMES[name] ?? name[0]!.toUpperCase() + name.slice(1)] = isAbsent ? absent(node, options.pointer ?? false, names) : present(node, given[name], names)
  }
  return out
}

/** One field of it. */
export function goField(schema: Schema, name: string, value: unknown): unknown {
  const { node, options } = schema.fields[name]!
  return value === undefined || value === null ? absent(node, options.pointer ?? false, {}) : present(node, value, {})
}

function present(node: TypeNode, value: unknown, names: Readonly<Record<string, string>>): unknown {
  const target = resolve(node)
  if (target.type === 'object') return goForm(target, value as object, names)
  if (target.type === 'list') return (value as unknown[]).map(item => present(target.element, item, names))
  if (target.type === 'map') return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, present(target.value, item, names)]))
  return value
}

/** What Go writes for a field that nobody set. */
function absent(node: TypeNode, pointer: boolean, names: Readonly<Record<string, string>>): unknown {
  const target = resolve(node)
  if (pointer || target.type === 'list' || target.type === 'map' || target.type === 'time') return null
  if (target.type === 'object') return goForm(target, {}, names)
  if (target.type === 'bool') return false
  return target.type === 'int32' || target.type === 'int64' || target.type === 'double' ? 0 : ''
}

/** The package in which upstream keeps a kind's internal type: events are core's in either group. */
export const goPackage = ({ group, kind }: { readonly group: string; readonly kind: string }): string => (group === '' || kind === 'Event' ? 'core' : group.split('.')[0]!)
