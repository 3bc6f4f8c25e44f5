import { join } from 'node:path'
import { realHost, type Host } from '../../host/host.ts'
import { failureOf } from '../../host/process.ts'
import { systemClock } from '../../machinery/clock.ts'
import { errorMessage } from '../../machinery/log.ts'
import { StatusError } from '../../machinery/status.ts'
import { buildDemoImage, demoImage, DEMO_VERSIONS } from '../demo-image.ts'
import { homeFolder } from '../home.ts'
import { layoutOf, type Layout } from '../layout.ts'
import { openNodeImages } from '../node-images.ts'
import { requireRoot } from '../preflight.ts'
import type { Call, Verb } from './verb.ts'

const MANIFEST = 'examples/two-tier.yaml'
const ROLLOUT_TIMEOUT = '120s'

export const demo: Verb = {
  flags: { 'images-only': { type: 'boolean', help: 'build and import the images, deploy nothing' } },
  async run(call) {
    requireRoot('"k8ts demo"')
    const host = realHost()
    const layout = layoutOf(call.options)
    await importImages(host, call, layout)
    if (call.flags['images-only']) return
    call.say('deploying examples/two-tier.yaml')
    call.print(await kubectl(host, layout, 'apply', '-f', join(homeFolder(call.env), MANIFEST)))
    for (const tier of ['back', 'front']) await kubectl(host, layout, '-n', 'demo', 'rollout', 'status', `deployment/${tier}`, `--timeout=${ROLLOUT_TIMEOUT}`)
    call.print([
      'Both tiers run. Try:',
      '  curl http://127.0.0.1:30088',
      '  k8ts kubectl -n demo get pods -o wide',
      '  k8ts kubectl -n demo scale deployment back --replicas=6',
      `  k8ts kubectl -n demo set image deployment/front web=${demoImage('2')}`,
      '  k8ts kubectl -n demo rollout undo deployment/front',
      '  k8ts kubectl delete namespace demo',
    ].join('\n'))
  },
}

async function importImages(host: Host, { options, say }: Call, layout: Layout): Promise<void> {
  const images = await openNodeImages({ host, clock: systemClock, options, layout })
  try {
    for (const version of DEMO_VERSIONS) {
      if (await images.has(demoImage(version))) continue
      say(`building and importing ${demoImage(version)}`)
      await images.importBytes(await buildDemoImage(host, version))
    }
  } catch (error) {
    throw new StatusError('ServiceUnavailable', `the demo image cannot be made: ${errorMessage(error)}`)
  } finally {
    images.close()
  }
}

async function kubectl({ processes }: Host, layout: Layout, ...args: readonly string[]): Promise<string> {
  const result = await processes.run(['kubectl', '--kubeconfig', layout.adminKubeconfig, ...args])
  if (result.code !== 0) throw new StatusError('ServiceUnavailable', failureOf(result))
  return Buffer.from(result.stdout).toString().trimEnd()
}
