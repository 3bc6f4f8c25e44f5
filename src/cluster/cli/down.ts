import { realHost } from '../../host/host.ts'
import { openLog } from '../../host/log.ts'
import { systemClock } from '../../machinery/clock.ts'
import { badRequest } from '../../machinery/status.ts'
import { layoutOf } from '../layout.ts'
import { contextPaths, unmergeContext } from '../merge-context.ts'
import { requireRoot } from '../preflight.ts'
import { purge, tearDown } from '../teardown.ts'
import type { Verb } from './verb.ts'

const DEFAULT_GRACE_SECONDS = 5

function graceMs(given: string | boolean | undefined): number {
  if (given === undefined) return DEFAULT_GRACE_SECONDS * 1000
  if (!/^\d{1,4}$/.test(String(given))) throw badRequest(`--grace-period "${given}" does not fit: it is a number of seconds`)
  return Number(given) * 1000
}

export const down: Verb = {
  flags: {
    purge: { type: 'boolean', help: 'remove the data and the kubeconfig context too' },
    'grace-period': { type: 'string', value: 'SECONDS', help: `how long containers may take to end (${DEFAULT_GRACE_SECONDS})` },
  },
  async run({ options, flags, env, say, print }) {
    requireRoot('"k8ts down"')
    const host = realHost()
    const layout = layoutOf(options)
    const { instance } = options
    const contexts = await contextPaths(layout, env)
    await tearDown({ host, clock: systemClock, log: openLog({ level: 'warn' }), instance, layout, graceMs: graceMs(flags['grace-period']), progress: say })
    if (!flags['purge']) return print(`Stopped. The data stays in ${layout.dataDir} ("k8ts down --purge" removes it).`)
    await purge(host, instance, layout)
    await unmergeContext(layout, contexts)
    print('Stopped, and everything removed.')
  },
}
