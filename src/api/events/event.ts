import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int32, kind, microTime, object, ref, string, struct, time } from '../../machinery/schema/schema.ts'
import { eventSource } from '../core/pod/pod-spec.ts'
import { objectReference } from '../core/references.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'

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
})
