import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int32, kind, microTime, object, ref, string, struct, time } from '../../machinery/schema/schema.ts'
import { eventSource } from './pod/pod-spec.ts'
import { objectReference } from './references.ts'
import { objectMeta } from '../meta/object-meta.ts'

const eventSeriesShape = object('io.k8s.api.core.v1.EventSeries', {
  count: int32(1),
  lastObservedTime: microTime(2),
})
export interface EventSeries extends Infer<typeof eventSeriesShape> {}
export const eventSeries: Schema<EventSeries> = eventSeriesShape

const eventShape = kind('io.k8s.api.core.v1.Event', {
  metadata: struct(1, objectMeta, { required: true }),
  involvedObject: struct(2, objectReference, { required: true }),
  reason: string(3),
  message: string(4),
  source: struct(5, eventSource),
  firstTimestamp: time(6),
  lastTimestamp: time(7),
  count: int32(8),
  type: string(9),
  eventTime: microTime(10),
  series: ref(11, eventSeries),
  action: string(12),
  related: ref(13, objectReference),
  reportingComponent: string(14, { omitEmpty: false }),
  reportingInstance: string(15, { omitEmpty: false }),
})
export interface Event extends Infer<typeof eventShape> {}
export const event: Schema<Event> = eventShape
