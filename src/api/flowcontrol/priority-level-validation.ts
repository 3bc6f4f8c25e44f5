import type { Cause } from '../../machinery/status.ts'
import { forbidden, inRange, invalid, notSupported, required, sameJson } from '../validation.ts'
import { validateConditions } from './conditions.ts'
import { mandatoryPriorityLevels } from './mandatory.ts'
import type {
  ExemptPriorityLevelConfiguration, LimitedPriorityLevelConfiguration, LimitResponse, PriorityLevelConfiguration, PriorityLevelConfigurationSpec, QueuingConfiguration,
} from './priority-level-configuration-schema.ts'

const EXEMPT = 'exempt'
const TYPES = ['Exempt', 'Limited']
const RESPONSES = ['Queue', 'Reject']
const MOST_QUEUES = 10_000_000
/** What shuffle sharding can draw from one hash. */
const MOST_ENTROPY_BITS = 60

export function validatePriorityLevel({ metadata, spec, status }: PriorityLevelConfiguration): Cause[] {
  return [...validateSpec(spec, metadata.name), ...validateFixed(spec, metadata.name), ...validateConditions(status?.conditions)]
}

export const validatePriorityLevelStatus = ({ status }: PriorityLevelConfiguration): Cause[] => validateConditions(status?.conditions)

function validateFixed(spec: PriorityLevelConfigurationSpec, name: string): Cause[] {
  const fixed = mandatoryPriorityLevels.get(name)
  const { exempt: _, ...rest } = spec
  if (!fixed || sameJson(name === EXEMPT ? rest : spec, fixed)) return []
  return [invalid('spec', goSpec(spec), name === EXEMPT ? `spec of '${name}' except the 'spec.exempt' field must equal the fixed value` : `spec of '${name}' must equal the fixed value`)]
}

function validateSpec({ type, limited, exempt }: PriorityLevelConfigurationSpec, name: string): Cause[] {
  const causes: Cause[] = []
  if ((name === EXEMPT) !== (type === 'Exempt')) causes.push(invalid('spec.type', type, "must be 'Exempt' if and only if `name` is 'exempt'"))
  if (!type) return [...causes, required('spec.type')]
  if (!TYPES.includes(type)) return [...causes, notSupported('spec.type', type, TYPES)]
  if (type === 'Exempt') {
    if (limited) causes.push(forbidden('spec.limited', 'must be nil if the type is not Limited'))
    return exempt ? [...causes, ...validateExempt(exempt, 'spec.exempt')] : [...causes, required('spec.exempt', 'must not be empty')]
  }
  if (exempt) causes.push(forbidden('spec.exempt', 'must be nil if the type is Limited'))
  return limited ? [...causes, ...validateLimited(limited, 'spec.limited')] : [...causes, required('spec.limited', 'must not be empty when type is Limited')]
}

const validateShares = (shares: number | null | undefined, field: string): Cause[] => ((shares ?? 0) < 0 ? [invalid(field, shares, 'must be a non-negative integer')] : [])

const validateExempt = ({ nominalConcurrencyShares, lendablePercent }: ExemptPriorityLevelConfiguration, field: string): Cause[] => [
  ...validateShares(nominalConcurrencyShares, `${field}.nominalConcurrencyShares`), ...inRange(`${field}.lendablePercent`, lendablePercent ?? 0, 0, 100),
]

function validateLimited({ nominalConcurrencyShares, limitResponse, lendablePercent, borrowingLimitPercent }: LimitedPriorityLevelConfiguration, field: string): Cause[] {
  return [
    ...validateShares(nominalConcurrencyShares, `${field}.nominalConcurrencyShares`), ...validateResponse(limitResponse, `${field}.limitResponse`),
    ...inRange(`${field}.lendablePercent`, lendablePercent ?? 0, 0, 100),
    ...((borrowingLimitPercent ?? 0) < 0 ? [invalid(`${field}.borrowingLimitPercent`, borrowingLimitPercent, 'if specified, must be a non-negative integer')] : []),
  ]
}

function validateResponse({ type, queuing }: LimitResponse, field: string): Cause[] {
  if (!type) return [required(`${field}.type`)]
  if (!RESPONSES.includes(type)) return [notSupported(`${field}.type`, type, RESPONSES)]
  if (type === 'Reject') return queuing ? [forbidden(`${field}.queuing`, 'must be nil if limited.limitResponse.type is not Limited')] : []
  return queuing ? validateQueuing(queuing, `${field}.queuing`) : [required(`${field}.queuing`, 'must not be empty if limited.limitResponse.type is Limited')]
}

function validateQueuing({ queues, handSize, queueLengthLimit }: QueuingConfiguration, field: string): Cause[] {
  const causes: Cause[] = []
  if (queueLengthLimit <= 0) causes.push(invalid(`${field}.queueLengthLimit`, queueLengthLimit, 'must be positive'))
  if (queues <= 0) causes.push(invalid(`${field}.queues`, queues, 'must be positive'))
  else if (queues > MOST_QUEUES) causes.push(invalid(`${field}.queues`, queues, `must not be greater than ${MOST_QUEUES}`))
  const hand = `${field}.handSize`
  if (handSize <= 0) return [...causes, invalid(hand, handSize, 'must be positive')]
  if (handSize > queues) return [...causes, invalid(hand, handSize, `should not be greater than queues (${queues})`)]
  if (Math.ceil(Math.log2(queues) * handSize) <= MOST_ENTROPY_BITS) return causes
  return [...causes, invalid(hand, handSize, `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${MOST_ENTROPY_BITS}`)]
}

/** The spec as messages show it: with the names of Go's fields. */
function goSpec({ type, limited, exempt }: PriorityLevelConfigurationSpec): unknown {
  const queuing = limited?.limitResponse.queuing
  return {
    Type: type,
    Limited: limited ? {
      NominalConcurrencyShares: limited.nominalConcurrencyShares ?? 0,
      LimitResponse: { Type: limited.limitResponse.type, Queuing: queuing ? { Queues: queuing.queues, HandSize: queuing.handSize, QueueLengthLimit: queuing.queueLengthLimit } : null },
      LendablePercent: limited.lendablePercent ?? null, BorrowingLimitPercent: limited.borrowingLimitPercent ?? null,
    } : null,
    Exempt: exempt ? { NominalConcurrencyShares: exempt.nominalConcurrencyShares ?? null, LendablePercent: exempt.lendablePercent ?? null } : null,
  }
}
