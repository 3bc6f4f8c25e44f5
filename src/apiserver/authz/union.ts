import type { Awaitable } from '../../machinery/awaitable.ts'
import type { Attributes, Authorizer, Decision, GrantedRules } from './authorizer.ts'

/** Authorizers asked in order: the first that has an opinion decides. What all of them leave open is told with everybody's reasons. */
export function decideInOrder(chain: readonly Authorizer[], attributes: Attributes): Awaitable<Decision> {
  const told: Told = { reasons: [], errors: [] }
  for (const [index, authorizer] of chain.entries()) {
    const decision = authorizer.authorize(attributes)
    if (decision instanceof Promise) return later(chain, attributes, index, decision, told)
    if (note(told, decision)) return decision
  }
  return undecided(told)
}

interface Told {
  readonly reasons: string[]
  readonly errors: string[]
}

/** Goes on from an authorizer that has to ask somebody. */
async function later(chain: readonly Authorizer[], attributes: Attributes, first: number, pending: Promise<Decision>, told: Told): Promise<Decision> {
  for (let index = first, decision: Awaitable<Decision> = pending; ; decision = chain[index]!.authorize(attributes)) {
    const known = await decision
    if (note(told, known)) return known
    index += 1
    if (index === chain.length) return undecided(told)
  }
}

/** Whether a decision settles the matter; if not, what it says is kept. */
function note({ reasons, errors }: Told, { verdict, reason, error }: Decision): boolean {
  if (verdict !== 'noOpinion') return true
  if (reason) reasons.push(reason)
  if (error !== undefined) errors.push(error)
  return false
}

const undecided = ({ reasons, errors }: Told): Decision => ({ verdict: 'noOpinion', reason: reasons.join('\n'), ...(errors.length > 0 && { error: aggregate(errors) }) })

/** Several errors as one, as upstream prints them. */
export const aggregate = (errors: readonly string[]): string => (errors.length === 1 ? errors[0]! : `[${[...new Set(errors)].join(', ')}]`)

/** What all authorizers together can list of a user's rights. */
export function rulesOfAll(chain: readonly Authorizer[], ...question: Parameters<NonNullable<Authorizer['rulesFor']>>): GrantedRules {
  const parts = chain.flatMap(authorizer => authorizer.rulesFor?.(...question) ?? [])
  return { rules: parts.flatMap(({ rules }) => rules), errors: parts.flatMap(({ errors }) => errors), incomplete: parts.some(({ incomplete }) => incomplete) }
}
