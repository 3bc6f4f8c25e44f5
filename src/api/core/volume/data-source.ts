import type { PersistentVolumeClaimSpec } from '../pod/volumes.ts'

type DataSource = NonNullable<PersistentVolumeClaimSpec['dataSource']>

/** The kinds that `dataSource` has always taken; others must stand in `dataSourceRef`. */
const isClaimOrSnapshot = ({ apiGroup, kind }: DataSource): boolean =>
  (kind === 'PersistentVolumeClaim' && !apiGroup) || (kind === 'VolumeSnapshot' && apiGroup === 'snapshot.storage.k8s.io')

/** KEP-1495: what fills a new volume is said in two fields, which are kept the same. The draft may be changed in place. */
export function settleDataSource(spec: PersistentVolumeClaimSpec, old?: PersistentVolumeClaimSpec): void {
  // Sources in other namespaces are behind a gate that is off.
  if (spec.dataSourceRef?.namespace && !old?.dataSourceRef?.namespace) delete spec.dataSourceRef
  const hadOther = old?.dataSource !== undefined && !isClaimOrSnapshot(old.dataSource)
  if (spec.dataSource && !isClaimOrSnapshot(spec.dataSource) && !spec.dataSourceRef && !hadOther) delete spec.dataSource
  if (spec.dataSource && !spec.dataSourceRef) spec.dataSourceRef = { ...spec.dataSource }
  else if (spec.dataSourceRef && !spec.dataSource && !spec.dataSourceRef.namespace) {
    const { namespace: _, ...source } = spec.dataSourceRef
    spec.dataSource = source
  }
}
