import { definePlugin, FITS, unresolvable } from '../plugin.ts'

/** A pod that names its node goes nowhere else. */
export const nodeName = definePlugin({
  name: 'NodeName',
  filter: ({ spec }, { name }) => (!spec.nodeName || spec.nodeName === name ? FITS : unresolvable("node(s) didn't match the requested node name")),
})
