import { qualifiedName } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { immutable, invalid, invalidBy, required } from '../validation.ts'
import type { Event } from './event-schema.ts'

/** An event with a time to the microsecond is of the new form, with rules of its own; the others are taken as they come. */
export function validateEvent(event: Event): Cause[] {
  return event.eventTime ? validateNewForm(event, 'reportingComponent') : validateNamespace(event, true)
}

/** The rules of events.k8s.io. `controller` is the name of the reporter's field there and in the core group. */
export function validateNewForm(event: Event, controller: 'reportingComponent' | 'reportingController'): Cause[] {
  const causes: Cause[] = []
  const { series, reportingComponent, reportingInstance, action, reason, type, message } = event
  const limited = (field: string, text: string | undefined, most: number, mustBe: boolean): void => {
    if (!text && mustBe) causes.push(required(field))
    if ((text?.length ?? 0) > most) causes.push(invalid(field, '', `can have at most ${most} characters`))
  }
  if (!event.eventTime) causes.push(required('eventTime'))
  if (series) {
    if (!series.lastObservedTime) causes.push(required('series.lastObservedTime'))
    if ((series.count ?? 0) < 2) causes.push(invalid('series.count', '', 'should be at least 2'))
  }
  if (!reportingComponent) causes.push(required(controller))
  causes.push(...invalidBy(controller, reportingComponent, qualifiedName))
  limited('reportingInstance', reportingInstance, 128, true)
  limited('action', action, 128, true)
  limited('reason', reason, 128, true)
  if (type !== 'Normal' && type !== 'Warning') causes.push(invalid('type', '', `has invalid value: ${type ?? ''}`))
  limited('message', message, 1024, false)
  return [...causes, ...validateNamespace(event, false)]
}

/** An event lives beside what it is about; what has no namespace is told of in `default`. */
export function validateNamespace({ metadata, involvedObject }: Event, same: boolean): Cause[] {
  const about = involvedObject.namespace ?? ''
  const fits = about ? !same || metadata.namespace === about : !metadata.namespace || metadata.namespace === 'default'
  return fits ? [] : [invalid('involvedObject.namespace', about, 'does not match event.namespace')]
}

/** What happened does not change; only how often. (The core group, older, lets everything change.) */
export function validateEventUpdate(event: Event, old: Event): Cause[] {
  const fixed = ['involvedObject', 'reason', 'message', 'source', 'firstTimestamp', 'lastTimestamp', 'count', 'type', 'eventTime', 'action', 'related', 'reportingComponent', 'reportingInstance'] as const
  return fixed.flatMap(field => immutable(field, event[field], old[field]))
}
