import { Pods } from '../../api/core/pod/pod.ts'
import { definePlugin, requeueOn } from '../plugin.ts'

/** Holds pods back until their last gate is gone. */
export const schedulingGates = definePlugin({
  name: 'SchedulingGates',
  requeueOn: [requeueOn(Pods, (pod, _old, next) => next?.metadata.uid === pod.metadata.uid)],
  admit: pod => !pod.spec.schedulingGates?.length,
})
