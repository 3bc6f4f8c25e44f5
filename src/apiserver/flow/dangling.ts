import type { FlowSchema } from '../../api/flowcontrol/flow-schema.ts'
import { FlowSchemas } from '../../api/flowcontrol/flow-schema.ts'
import { PriorityLevelConfigurations } from '../../api/flowcontrol/priority-level-configuration.ts'
import type { LocalApi } from '../../api/request.ts'
import { timestamp, type Clock } from '../../machinery/clock.ts'
import { errorMessage, type Log } from '../../machinery/log.ts'
import { isReason } from '../../machinery/status.ts'
import { API_SERVER } from '../bootstrap/index.ts'
import type { ObjectReader } from '../object-reader.ts'

/** Upstream's name for who looks after flow schemas. */
const MANAGER = 'api-priority-and-fairness-config-consumer-v1'

export interface DanglingParts {
  readonly api: LocalApi
  readonly reader: ObjectReader
  readonly clock: Clock
  readonly log: Log
  /** Ends the watching. */
  readonly signal: AbortSignal
}

/** Says in each flow schema's status whether the priority level that it names exists: once now, and whenever one of them changes. */
export async function tendFlowSchemas(parts: DanglingParts): Promise<void> {
  await markAll(parts)
  for (const resource of [FlowSchemas, PriorityLevelConfigurations]) void follow(parts, resource)
}

async function follow(parts: DanglingParts, resource: typeof FlowSchemas | typeof PriorityLevelConfigurations): Promise<void> {
  try {
    for await (const { type } of parts.api.watch({ user: API_SERVER, verb: 'watch', resource, options: {}, signal: parts.signal })) if (type !== 'BOOKMARK') await markAll(parts)
  } catch (error) {
    if (!parts.signal.aborted) parts.log.error('The flow schemas are not watched any more', { error: errorMessage(error) })
  }
}

async function markAll({ api, reader, clock }: DanglingParts): Promise<void> {
  for (const schema of reader.list<FlowSchema>(FlowSchemas)) {
    const next = conditionOf(schema, reader.get(PriorityLevelConfigurations, undefined, schema.spec.priorityLevelConfiguration.name) !== undefined, clock.now())
    if (!next) continue
    try {
      await api.call({
        user: API_SERVER, verb: 'patch', patchType: 'application/apply-patch+yaml', resource: FlowSchemas, name: schema.metadata.name, subresource: 'status',
        options: { fieldManager: MANAGER, force: true }, body: { kind: schema.kind, apiVersion: schema.apiVersion, metadata: { name: schema.metadata.name }, status: { conditions: [next] } },
      })
    } catch (error) {
      // Somebody changed or deleted it meanwhile: their change wakes us again.
      if (!isReason(error, 'Conflict') && !isReason(error, 'NotFound')) throw error
    }
  }
}

/** The condition as it should be; undefined: it is that already. */
function conditionOf(schema: FlowSchema, exists: boolean, now: number): object | undefined {
  const { conditions = [] } = schema.status ?? {}
  const status = exists ? 'False' : 'True'
  if (conditions?.some(condition => condition.type === 'Dangling' && condition.status === status)) return undefined
  const name = JSON.stringify(schema.spec.priorityLevelConfiguration.name)
  return {
    type: 'Dangling', status, reason: exists ? 'Found' : 'NotFound', lastTransitionTime: timestamp(now),
    message: exists
      ? `This FlowSchema references the PriorityLevelConfiguration object named ${name} and it exists`
      : `This FlowSchema references the PriorityLevelConfiguration object named ${name} but there is no such object`,
  }
}
