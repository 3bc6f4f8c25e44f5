import { assert } from '../../machinery/assert.ts'
import type { ComponentName } from '../component.ts'
import { singleParts } from '../parts.ts'
import { runParts } from './server.ts'
import type { Verb } from './verb.ts'

/** The verb that runs one component as a process of its own. */
export function componentVerb(name: ComponentName): Verb {
  const part = singleParts.find(candidate => candidate.name === name)
  assert(part, `no part ${name}`)
  return {
    flags: { kubeconfig: { type: 'string', value: 'FILE', help: 'how to reach the API server, and as whom (the one in the data folder)' } },
    run: call => runParts(call, [part]),
  }
}
