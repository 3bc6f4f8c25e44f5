import { homedir } from 'node:os'
import { realFiles } from '../../host/files.ts'
import { errorMessage } from '../../machinery/log.ts'
import { StatusError } from '../../machinery/status.ts'
import { followInstance, type Report } from '../claim.ts'
import { startDaemon } from '../daemon.ts'
import { entryFor } from '../identities.ts'
import { kubeconfigPaths, mergeKubeconfig } from '../kubeconfig-merge.ts'
import { layoutOf, type Layout } from '../layout.ts'
import { requireRoot } from '../preflight.ts'
import { readState } from '../state.ts'
import type { Call, Verb } from './verb.ts'

export const up: Verb = {
  async run(call) {
    const { options, optionArgs, env, say } = call
    requireRoot('"k8ts up"')
    const layout = layoutOf(options)
    const running = await followInstance(options.instance)
    await requireSameFolder(layout, options.instance, running !== undefined)
    await untilReady(running ?? startDaemon(layout, optionArgs, env), say)
    const context = await mergeContext(call, layout)
    if (running) say('it runs already')
    tellHow(call, layout, context)
  },
}

/** An instance that runs with another data folder is another cluster: it must not be mistaken for this one. */
async function requireSameFolder(layout: Layout, instance: string, running: boolean): Promise<void> {
  if (running && (await readState(realFiles, layout.stateFile))?.instance !== instance) {
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

/** Where the context went; a kubeconfig that cannot be merged into is no reason to fail: the cluster runs. */
async function mergeContext({ options, env, say }: Call, layout: Layout): Promise<{ path: string } | undefined> {
  try {
    const entry = await entryFor({ files: realFiles, options, layout, certificate: 'admin' })
    const path = await mergeKubeconfig(realFiles, kubeconfigPaths(env, env['HOME'] ?? homedir()), entry)
    const noted = (await realFiles.exists(layout.mergedList)) ? await realFiles.readText(layout.mergedList) : ''
    if (!noted.split('\n').includes(path)) await realFiles.append(layout.mergedList, `${path}\n`)
    return { path }
  } catch (error) {
    say(`the context was not merged: ${errorMessage(error)}`)
    return undefined
  }
}

function tellHow({ options, print }: Call, layout: Layout, context: { path: string } | undefined): void {
  const kubectl = context ? `kubectl --context ${options.instance}` : `kubectl --kubeconfig ${layout.adminKubeconfig}`
  print([
    `The cluster is ready: node ${options.nodeName} takes pods.`,
    ...(context ? [`  context    ${options.instance} in ${context.path}`] : []),
    `  kubeconfig ${layout.adminKubeconfig}`,
    `  try        ${kubectl} get nodes`,
    '  next       k8ts demo · k8ts status · k8ts logs -f · k8ts down',
  ].join('\n'))
}
