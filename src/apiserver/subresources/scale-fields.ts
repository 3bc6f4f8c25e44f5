import { managerKey, readManagers, writeManagers, type Managed, type ManagedFieldsEntry } from '../../machinery/managed-fields/managers.ts'
import { difference, isEmptySet, type FieldSet } from '../../machinery/managed-fields/field-set.ts'

const REPLICAS: FieldSet = { 'f:spec': { 'f:replicas': {} } }
const SCALE_VERSION = 'autoscaling/v1'

type Entries = readonly ManagedFieldsEntry[] | undefined

const ownsReplicas = ({ fields }: Managed): boolean => fields['f:spec']?.['f:replicas'] !== undefined

/** Who manages the number of replicas, as managers of the scale: of all fields a scale shows only that one. */
export function managersOfScale(entries: Entries, apiVersion: string): ManagedFieldsEntry[] {
  const owners = [...readManagers(entries) ?? []].filter(([, managed]) => managed.apiVersion === apiVersion && ownsReplicas(managed))
  return writeManagers(new Map(owners.map(([key, managed]) => [key, { ...managed, apiVersion: SCALE_VERSION, fields: REPLICAS }])))
}

/**
 * The managers of the object after its scale was written. As upstream has it, those who came through the scale have no time, and an updater of
 * the object that owned the number among other fields is told apart from itself as the owner of the number.
 */
export function managersOfScaled(entries: Entries, scaleEntries: Entries, apiVersion: string): ManagedFieldsEntry[] {
  const own = readManagers(entries) ?? new Map<string, Managed>()
  const ofScale = readManagers(scaleEntries) ?? new Map<string, Managed>()
  const out = new Map<string, Managed>()
  for (const [key, managed] of own) {
    if (managed.apiVersion !== apiVersion) continue
    if (!ownsReplicas(managed) || ofScale.delete(key)) out.set(key, managed)
    else {
      const fields = difference(managed.fields, REPLICAS)
      if (!isEmptySet(fields)) out.set(key, { ...managed, fields })
    }
  }
  for (const [key, managed] of ofScale) {
    if (ownsReplicas(managed)) out.set(key, { ...managed, apiVersion, fields: REPLICAS, time: own.get(managerKey({ ...managed, apiVersion: SCALE_VERSION }))?.time })
  }
  return writeManagers(out)
}
