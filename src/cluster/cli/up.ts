import { errorMessage } from '../../machinery/log.ts'
import { StatusError } from '../../machinery/status.ts'
import { followInstance, type Report } from '../claim.ts'
import { startDaemon } from '../daemon.ts'
import { layoutOf, type Layout } from '../layout.ts'
import { requireRoot } from '../preflight.ts'
import type { Call, Verb } from './verb.ts'

export const up: Verb = {
  async run(call) {
    const { options, say } = call
    requireRoot('"k8ts up"')
    const layout = layoutOf(options)
    const running = await followInstance(options.instance)
    if (running) await requireSameFolder(layout, options.instance)
    const ready = untilReady(running ?? startOrFollow(call, layout), say)
    // What comes after is loaded while the server starts, not before it is started.
    void import('../merge-context.ts').catch(() => undefined)
    await ready
    if (running) say('it runs already')
    tellHow(call, layout, await mergeContext(call, layout))
  },
}

/** Of two that start at the same moment one gets the instance; the other waits for that one. */
async function* startOrFollow({ options, optionArgs, env }: Call, layout: Layout): AsyncIterable<Report> {
  for await (const report of startDaemon(layout, optionArgs, env)) {
    const winner = report.type === 'failed' ? await followInstance(options.instance) : undefined
    if (winner) return yield* winner
    yield report
  }
}

/** An instance that runs with another data folder is another cluster: it must not be mistaken for this one. */
async function requireSameFolder(layout: Layout, instance: string): Promise<void> {
  const [{ realFiles }, { readState }] = await Promise.all([import('../../host/files.ts'), import('../state.ts')])
  if ((await readState(realFiles, layout.stateFile))?.instance !== instance) {
    throw new StatusError('Conflict', `${instance} runs already, with another data folder than ${layout.dataDir}: choose another --instance for a second cluster`)
  }
}

async function untilReady(reports: AsyncIterable<Report>, say: (text: string) => void): Promise<void> {
  for await (const report of reports) {
    if (report.type === 'progress') say(`${(report.atMs / 1000).toFixed(2)} s  ${report.message}`)
    else if (report.type === 'ready') return
    else throw new StatusError('ServiceUnavailable', `${report.message}\n      "k8ts logs" tells more; "k8ts down" cleans up`)
  }
  throw new StatusError('ServiceUnavailable', 'the server went away before it was ready: see "k8ts logs"')
}

/** Where the context went. A kubeconfig that cannot be merged into is no reason to fail: the cluster runs. */
async function mergeContext({ options, env, say }: Call, layout: Layout): Promise<string | undefined> {
  try {
    const context = await import('../merge-context.ts')
    return await context.mergeContext(options, layout, env)
  } catch (error) {
    say(`the context was not merged: ${errorMessage(error)}`)
    return undefined
  }
}

function tellHow({ options, print }: Call, layout: Layout, mergedInto: string | undefined): void {
  const kubectl = mergedInto ? `kubectl --context ${options.instance}` : `kubectl --kubeconfig ${layout.adminKubeconfig}`
  print([
    `The cluster is ready: node ${options.nodeName} takes pods.`,
    ...(mergedInto ? [`  context    ${options.instance} in ${mergedInto}`] : []),
    `  kubeconfig ${layout.adminKubeconfig}`,
    `  try        ${kubectl} get nodes`,
    '  next       k8ts demo · k8ts status · k8ts logs -f · k8ts down',
  ].join('\n'))
}
