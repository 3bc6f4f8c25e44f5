import { microTimestamp, type Clock } from '../../machinery/clock.ts'
import type { Random } from '../../machinery/random.ts'
import type { Exchange, Observation } from '../exchange.ts'
import { isLongRunning, type Observer } from '../observation.ts'
import type { RequestInfo } from '../request-info.ts'
import { bodyOf, describeRequest, type AuditEvent } from './event.ts'
import type { AuditBackend } from './log-backend.ts'
import { decide, type AuditDecision, type AuditPolicy, type Stage } from './policy.ts'

export interface AuditorParts {
  readonly policy: AuditPolicy
  readonly backend: AuditBackend
  readonly clock: Clock
  readonly random: Random
}

/** Writes down who asked for what, and what came of it, as the policy says. A request that cannot be written down is not carried out. */
export const createAuditor = (parts: AuditorParts): Observer => ({ begin: (exchange, info) => auditOne(parts, exchange, info) })

function auditOne({ policy, backend, clock, random }: AuditorParts, exchange: Exchange, info: RequestInfo): Observation {
  const receivedAt = microTimestamp(clock.now())
  let decision: AuditDecision | undefined
  let auditId = ''

  function tell(stage: Stage, more: Partial<AuditEvent> = {}): void {
    if (!decision || decision.level === 'None' || decision.omitStages.has(stage)) return
    backend.write({ ...describeRequest(exchange, info, decision, auditId, receivedAt), stage, stageTimestamp: microTimestamp(clock.now()), ...more })
  }

  return {
    async known() {
      const requester = exchange.requester!
      decision = decide(policy, requester, info)
      if (decision.level === 'None') return
      await backend.room()
      auditId = random.uuid()
      if (decision.level !== 'Metadata' && !isLongRunning(info)) exchange.record = { response: [] }
      tell('RequestReceived')
    },

    done(status) {
      // Nobody's credentials were good: that is written down too, though nobody knows whose request it was.
      if (!decision) {
        decision = decide(policy, { name: '', groups: [] }, info)
        auditId = random.uuid()
      }
      const { record } = exchange
      const omit = decision.omitManagedFields
      const requestObject = record?.request && bodyOf([record.request], omit)
      const responseObject = decision.level === 'RequestResponse' && record ? bodyOf(record.response, omit) : undefined
      tell('ResponseComplete', {
        responseStatus: { metadata: {}, code: status }, ...(requestObject !== undefined && { requestObject }), ...(responseObject !== undefined && { responseObject }),
        annotations: exchange.annotations,
      })
    },
  }
}
