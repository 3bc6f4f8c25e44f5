import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { roundUpAmounts } from './resource-names.ts'
import { validateLimitRange } from './limit-range-validation.ts'
import type { LimitRangeItem, LimitRange } from './limit-range-schema.ts'
import { limitRange } from './limit-range-schema.ts'

export * from './limit-range-schema.ts'

/** The handle for limitranges. */
export const LimitRanges: Resource<LimitRange> = defineResource<LimitRange>({
  version: 'v1', kind: 'LimitRange', plural: 'limitranges', shortNames: ['limits'],
  storageVersionHash: 'EBKMFVe6cwo=',
  schema: limitRange,
  defaults({ spec }) {
    for (const item of spec.limits ?? []) {
      roundUpAmounts(item.max, item.min, item.default, item.defaultRequest, item.maxLimitRequestRatio)
      if (item.type === 'Container') defaultContainerLimits(item)
    }
  },
  prepareForCreate({ metadata }) {
    if (!metadata.name && !metadata.generateName) metadata.name = anotherId(metadata.uid)
  },
  validate: validateLimitRange,
})

/** Containers that say nothing may use the most, and get what they may use or else the least. */
function defaultContainerLimits(item: LimitRangeItem): void {
  const fill = (part: 'default' | 'defaultRequest', from: Readonly<Record<string, string>> | undefined): void => {
    for (const name in from) (item[part] ??= {})[name] ??= from[name]!
  }
  fill('default', item.max)
  fill('defaultRequest', item.default)
  fill('defaultRequest', item.min)
}

/** Limits without a name are called by an identifier of their own, as unlikely to be met again as the uid that it is made from. */
const anotherId = (uid: string): string => uid.slice(-8) + uid.slice(8, -8) + uid.slice(0, 8)
