import { milliValue } from '../../../machinery/quantity.ts'
import type { ObjectMeta } from '../../meta/object-meta.ts'

export const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
export const VOLUME_MODES = ['Block', 'Filesystem']

/** Named a volume's class before `storageClassName` did, and still counts. */
export const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class'

const SHORT = [['ReadWriteOnce', 'RWO'], ['ReadOnlyMany', 'ROX'], ['ReadWriteMany', 'RWX'], ['ReadWriteOncePod', 'RWOP']] as const

/** `RWO,ROX`: how columns show access modes. */
export const accessModesText = (modes: readonly string[] | undefined): string => SHORT.filter(([mode]) => modes?.includes(mode)).map(([, short]) => short).join(',')

export const classOf = ({ annotations }: ObjectMeta, storageClassName: string | undefined): string => annotations?.[CLASS_ANNOTATION] ?? storageClassName ?? ''

export const storageClassAnnotationWarning = ({ annotations }: ObjectMeta): string[] =>
  annotations?.[CLASS_ANNOTATION] === undefined ? [] : [`metadata.annotations[${CLASS_ANNOTATION}]: deprecated since v1.8; use "storageClassName" attribute instead`]

/** There are no parts of bytes. */
export function fractionalBytes(amounts: Readonly<Record<string, string>> | undefined, field: string, name = 'storage'): string[] {
  const amount = amounts?.[name]
  return amount !== undefined && milliValue(amount) % 1000 !== 0 ? [`${field}[${name}]: fractional byte value ${JSON.stringify(amount)} is invalid, must be an integer`] : []
}
