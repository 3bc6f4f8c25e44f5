import type { KubeObject } from '../../api/resource.ts'
import type { User } from '../../api/request.ts'
import { microTimestamp, type Clock } from '../../machinery/clock.ts'
import type { Exchange, Observation } from '../exchange.ts'
import { isLongRunning, type Observer } from '../observation.ts'
import type { RequestInfo } from '../request-info.ts'
import type { AuditBackend } from './backend.ts'
import { bodyOf, describeRequest, namesOf, withoutManagedFields, type AuditEvent, type ObjectReference } from './event.ts'
import type { AuditMetrics } from './metrics.ts'
import { createAuditDecisions, type AuditDecision, type AuditPolicy, type Stage } from './policy.ts'

export interface AuditorParts {
  readonly policy: AuditPolicy
  readonly backend: AuditBackend
  readonly clock: Clock
  readonly metrics?: AuditMetrics
}

/** Writes down who asked for what, and what came of it, as the policy says. A request that cannot be written down is not carried out. */
export function createAuditor(parts: AuditorParts): Observer {
  const decide = createAuditDecisions(parts.policy)
  return { begin: (exchange, info) => new Audit(parts, decide, exchange, info) }
}

const STRANGER: User = { name: '', groups: [] }

/** What is written down of one request. */
class Audit implements Observation {
  readonly #parts: AuditorParts
  readonly #decide: (user: User, info: RequestInfo) => AuditDecision
  readonly #exchange: Exchange
  readonly #info: RequestInfo
  readonly #receivedAt: string
  #decision: AuditDecision | undefined
  #object: ObjectReference | undefined
  #request: unknown
  #hasStarted = false

  constructor(parts: AuditorParts, decide: (user: User, info: RequestInfo) => AuditDecision, exchange: Exchange, info: RequestInfo) {
    this.#parts = parts
    this.#decide = decide
    this.#exchange = exchange
    this.#info = info
    this.#receivedAt = microTimestamp(parts.clock.now())
  }

  known(): Promise<void> | void {
    const decision = this.#take(this.#exchange.requester!)
    if (decision.level === 'None') return
    const exchange = this.#exchange
    const hasBodies = decision.level !== 'Metadata'
    exchange.onDecoded = object => this.#decoded(object, hasBodies)
    if (hasBodies && !isLongRunning(this.#info)) exchange.record = { response: [] }
    const room = this.#parts.backend.room()
    const tell = (): Promise<void> | void => this.#tell('RequestReceived', { stageTimestamp: this.#receivedAt })
    return room ? room.then(tell) : tell()
  }

  started(status: number): void {
    if (this.#hasStarted || !isLongRunning(this.#info) || !this.#decision) return
    this.#hasStarted = true
    void this.#tell('ResponseStarted', { responseStatus: { metadata: {}, code: status } })
  }

  done(status: number): void {
    if (!this.#decision) return this.#unknown(status)
    const decision = this.#decision
    if (decision.level === 'None') return
    const { fault, told } = this.#exchange
    if (fault !== undefined) return void this.#tell('Panic', { responseStatus: { metadata: {}, status: 'Failure', message: `APIServer panic'd: ${fault}`, reason: 'InternalError', code: 500 } })
    // A client that went away before there was any answer.
    const early = { metadata: {}, status: 'Success', message: 'Connection closed early', code: 200 } as const
    const { kind: _kind, apiVersion: _version, ...response } = told ?? { metadata: {} as never, kind: 'Status', apiVersion: 'v1' }
    const responseStatus = status === 0 ? early : { ...response, code: status }
    if (status === 0) this.started(200)
    void this.#tell('ResponseComplete', { responseStatus, ...this.#bodies(decision) })
  }

  /** Nobody's credentials were good: that is written down too, though nobody knows whose request it was. */
  #unknown(code: number): void {
    const { level } = this.#take(STRANGER)
    const { told } = this.#exchange
    if (level === 'None') return
    const { kind: _kind, apiVersion: _version, ...status } = told ?? { metadata: {} as never, kind: 'Status', apiVersion: 'v1' }
    void this.#tell('ResponseStarted', { responseStatus: { ...status, code }, ...(level === 'RequestResponse' && told && { responseObject: told }) })
  }

  #take(user: User): AuditDecision {
    const decision = (this.#decision = this.#decide(user, this.#info))
    this.#parts.metrics?.decided(decision.level)
    return decision
  }

  #decoded(object: KubeObject, hasBodies: boolean): void {
    this.#object = object.metadata && namesOf(object)
    // Admission changes the object in place: this is what the client asked for.
    if (hasBodies) this.#request = structuredClone(object)
  }

  #bodies({ level, omitManagedFields: omit }: AuditDecision): Pick<AuditEvent, 'requestObject' | 'responseObject'> {
    const { record } = this.#exchange
    if (!record) return {}
    // What a patch or a deletion says is no object; what is no object although it should be one is not shown.
    const raw = ['patch', 'delete', 'deletecollection'].includes(this.#info.verb) ? record.request && bodyOf([record.request], omit) : undefined
    const request = this.#request === undefined ? raw : omit ? withoutManagedFields(this.#request) : this.#request
    const response = level === 'RequestResponse' ? bodyOf(record.asJson?.() ?? record.response, omit) : undefined
    return { ...(request !== undefined && { requestObject: request }), ...(response !== undefined && { responseObject: response }) }
  }

  #tell(stage: Stage, more: Partial<AuditEvent>): Promise<void> | void {
    const decision = this.#decision!
    if (decision.omitStages.has(stage)) return
    const { annotations } = this.#exchange
    this.#parts.metrics?.told()
    const event = {
      ...describeRequest(this.#exchange, this.#info, decision, this.#receivedAt, this.#object), stage, stageTimestamp: microTimestamp(this.#parts.clock.now()), ...more,
      ...(Object.keys(annotations).length > 0 && { annotations: { ...annotations } }),
    }
    return this.#parts.backend.write(event)
  }
}
