import { definePlugin, FITS, unresolvable } from '../plugin.ts'

/** Keeps pods back whose gates have not all been opened. */
export const schedulingGates = definePlugin({
  name: 'SchedulingGates',
  preEnqueue: ({ spec }) =>
    spec.schedulingGates?.length ? unresolvable(`waiting for scheduling gates: [${spec.schedulingGates.map(({ name }) => name).join(' ')}]`) : FITS,
})
