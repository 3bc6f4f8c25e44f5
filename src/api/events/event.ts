import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int32, kind, microTime, object, ref, string, struct, time } from '../../machinery/schema/schema.ts'
import { eventSource } from '../core/pod/pod-spec.ts'
import { objectReference } from '../core/references.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import type { Event as CoreEvent } from '../core/event.ts'
import { Events as CoreEvents } from '../core/event.ts'
import { validateEvent, validateEventUpdate, validateNewForm } from '../core/event-validation.ts'

const eventSeriesShape = object('io.k8s.api.events.v1.EventSeries', {
  count: int32(1, { required: true }),
  lastObservedTime: microTime(2, { required: true }),
})
export interface EventSeries extends Infer<typeof eventSeriesShape> {}
export const eventSeries: Schema<EventSeries> = eventSeriesShape

const eventShape = kind('io.k8s.api.events.v1.Event', {
  metadata: struct(1, objectMeta, { omitEmpty: false }),
  eventTime: microTime(2, { required: true }),
  series: ref(3, eventSeries),
  reportingController: string(4),
  reportingInstance: string(5),
  action: string(6),
  reason: string(7),
  regarding: struct(8, objectReference),
  related: ref(9, objectReference),
  note: string(10),
  type: string(11),
  deprecatedSource: struct(12, eventSource),
  deprecatedFirstTimestamp: time(13),
  deprecatedLastTimestamp: time(14),
  deprecatedCount: int32(15),
})
export interface Event extends Infer<typeof eventShape> {}
export const event: Schema<Event> = eventShape

/** The handle for events of events.k8s.io. */
export const Events: Resource<Event> = defineResource<Event>({
  group: 'events.k8s.io', version: 'v1', kind: 'Event', plural: 'events', shortNames: ['ev'],
  storageVersionHash: 'r2yiGXH7wu8=',
  schema: event,
  columns: CoreEvents.columns.map(column => ({ ...column, cell: (object: Event, now: number) => column.cell(up(object), now) })),
  fieldSelectors: {
    'regarding.kind': ({ regarding }) => regarding.kind ?? '',
    'regarding.namespace': ({ regarding }) => regarding.namespace ?? '',
    'regarding.name': ({ regarding }) => regarding.name ?? '',
    'regarding.uid': ({ regarding }) => regarding.uid ?? '',
    'regarding.apiVersion': ({ regarding }) => regarding.apiVersion ?? '',
    'regarding.resourceVersion': ({ regarding }) => regarding.resourceVersion ?? '',
    'regarding.fieldPath': ({ regarding }) => regarding.fieldPath ?? '',
    reason: ({ reason }) => reason ?? '',
    reportingController: ({ reportingController }) => reportingController ?? '',
    type: ({ type }) => type ?? '',
  },
  validate: (event, { isNew }) => [...validateEvent(up(event), 'reportingController'), ...(isNew === false ? [] : validateNewForm(up(event)))],
  validateUpdate: (event, old) => validateEventUpdate(up(event), up(old)),
  storedAs: { resource: CoreEvents, up, down: stored => down(stored as CoreEvent) },
})

/** The event as the core group stores it. */
function up({ regarding, note, reportingController, reportingInstance, deprecatedSource, deprecatedFirstTimestamp, deprecatedLastTimestamp, deprecatedCount, ...rest }: Event): CoreEvent {
  return {
    ...rest, apiVersion: 'v1',
    involvedObject: regarding, source: deprecatedSource, reportingComponent: reportingController ?? '', reportingInstance: reportingInstance ?? '',
    ...(note && { message: note }),
    firstTimestamp: deprecatedFirstTimestamp ?? NO_TIME, lastTimestamp: deprecatedLastTimestamp ?? NO_TIME,
    ...(deprecatedCount && { count: deprecatedCount }),
  }
}

/** The stored event in this group's words. */
function down({ involvedObject, message, series, reportingComponent, reportingInstance, source, firstTimestamp, lastTimestamp, count, ...rest }: CoreEvent): Event {
  return {
    ...rest, apiVersion: 'events.k8s.io/v1', eventTime: rest.eventTime ?? NO_TIME,
    regarding: involvedObject, deprecatedSource: source,
    ...(reportingComponent && { reportingController: reportingComponent }), ...(reportingInstance && { reportingInstance }),
    ...(message && { note: message }),
    ...(series && { series: series as EventSeries }),
    deprecatedFirstTimestamp: firstTimestamp ?? NO_TIME, deprecatedLastTimestamp: lastTimestamp ?? NO_TIME,
    ...(count && { deprecatedCount: count }),
  }
}

/** A time that is held by value and not set is written as null. */
const NO_TIME = null as unknown as string
