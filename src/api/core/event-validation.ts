import { byteLength, qualifiedName } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { goField } from '../go-form.ts'
import { invalid, invalidBy, required, sameJson } from '../validation.ts'
import { event as eventSchema, type Event } from './event-schema.ts'

/** The name of the reporter's field: it differs between the core group and events.k8s.io. */
type Reporter = 'reportingComponent' | 'reportingController'

/** What both groups ask of an event. One with a time to the microsecond is of the new form, with rules of its own. */
export function validateEvent(event: Event, reporter: Reporter = 'reportingComponent'): Cause[] {
  const { metadata, involvedObject, reportingComponent, reportingInstance, action, reason, message } = event
  const about = involvedObject.namespace ?? ''
  const homeless = event.eventTime ? ['default', 'kube-system'] : ['', 'default']
  const isAtHome = about ? Boolean(event.eventTime) || metadata.namespace === about : homeless.includes(metadata.namespace ?? '')
  const causes = isAtHome ? [] : [invalid('involvedObject.namespace', about, 'does not match event.namespace')]
  if (!event.eventTime) return causes
  const limited = (field: string, text: string | undefined, most: number, mustBe: boolean): void => {
    if (!text && mustBe) causes.push(required(field))
    if (byteLength(text ?? '') > most) causes.push(invalid(field, '', `can have at most ${most} characters`))
  }
  if (!reportingComponent) causes.push(required(reporter))
  causes.push(...invalidBy(reporter, reportingComponent, qualifiedName))
  limited('reportingInstance', reportingInstance, 128, true)
  limited('action', action, 128, true)
  limited('reason', reason, 128, true)
  limited('message', message, 1024, false)
  return causes
}

/** What events.k8s.io asks of a new event besides. */
export function validateNewForm(event: Event): Cause[] {
  const causes = validateSeries(event)
  if (!event.eventTime) causes.push(required('eventTime'))
  if (event.type !== 'Normal' && event.type !== 'Warning') causes.push(invalid('type', '', `has invalid value: ${event.type ?? ''}`))
  // The fields of the old form stay empty.
  const old = { firstTimestamp: event.firstTimestamp, lastTimestamp: event.lastTimestamp, count: event.count, source: event.source.component || event.source.host }
  return [...causes, ...Object.entries(old).filter(([, value]) => value).map(([field]) => invalid(field, '', 'needs to be unset'))]
}

function validateSeries({ series }: Event): Cause[] {
  if (!series) return []
  const causes = (series.count ?? 0) < 2 ? [invalid('series.count', '', 'should be at least 2')] : []
  return series.lastObservedTime ? causes : [...causes, required('series.lastObservedTime')]
}

const FIXED = [
  'involvedObject', 'reason', 'message', 'source', 'firstTimestamp', 'lastTimestamp', 'count', 'reason', 'type', 'eventTime', 'action', 'related', 'reportingComponent', 'reportingInstance',
] as const

/** What happened does not change; only how often. (The core group, older, lets everything change.) */
export function validateEventUpdate(event: Event, old: Event): Cause[] {
  const series = sameJson(event.series, old.series) ? [] : validateSeries(event)
  return [...series, ...FIXED.flatMap(name => {
    const field = name === 'reportingComponent' ? 'reportingController' : name
    return sameJson(event[name] ?? null, old[name] ?? null) ? [] : [invalid(field, goField(eventSchema, name, event[name]), 'field is immutable')]
  })]
}
