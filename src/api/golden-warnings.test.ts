/** Holds the warnings that creates get against the recorded ones, for the kinds that have any of their own. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Deployments } from './apps/deployment.ts'
import { Pods } from './core/pod/pod.ts'
import { ServiceAccounts } from './core/service-account.ts'
import { Services, type Service } from './core/service.ts'
import { settleService } from './core/service-families.ts'
import { applyDefaults } from '../machinery/schema/defaults.ts'
import { decode } from '../machinery/schema/decode.ts'
import type { AnyResource, KubeObject } from './resource.ts'

const GOLDEN = new URL('../../../shared/golden/', import.meta.url)
const KINDS: Readonly<Record<string, AnyResource>> = { pods: Pods, deployments: Deployments, services: Services, serviceaccounts: ServiceAccounts }
/** Warnings of the decoder, of admission, and about how addresses are written. */
const FROM_ELSEWHERE = /unknown field|duplicate field|would violate PodSecurity|already set in map|deprecated in v1\.33/

test('creates are warned of as by a real server', { skip: existsSync(GOLDEN) ? false : 'no ../shared/golden here' }, () => {
  const wrong: string[] = []
  let right = 0
  for (const folder of readdirSync(GOLDEN, { withFileTypes: true })) {
    if (!folder.isDirectory() || ['map', 'vap', 'limit-ranger', 'quota'].includes(folder.name)) continue
    for (const file of readdirSync(new URL(`${folder.name}/`, GOLDEN))) {
      const { steps } = JSON.parse(readFileSync(new URL(`${folder.name}/${file}`, GOLDEN), 'utf8').replaceAll('${run}', 'grun').replaceAll('<run>', 'grun'))
      for (const { name, request, response } of steps) {
        const resource = KINDS[/\/namespaces\/[^/]+\/([a-z]+)$/.exec(request?.path?.split('?')[0] ?? '')?.[1] ?? '']
        if (request?.method !== 'POST' || !resource || response.status !== 201 || typeof request.body !== 'object') continue
        const want = [...(response.headers?.warning ?? '').matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map(match => match[1]!.replaceAll('\\"', '"')).filter(text => !FROM_ELSEWHERE.test(text)).sort()
        const { object } = decode<KubeObject>(resource.schema, { apiVersion: resource.group ? 'apps/v1' : 'v1', kind: resource.kind, ...request.body })
        applyDefaults(resource.schema, object)
        resource.defaults?.(object)
        if (resource === Services) settleService((object as Service).spec, undefined, ['IPv4'])
        const told = new Set<string>()
        resource.prepareForCreate?.(object, 0, warning => told.add(warning))
        for (const warning of resource.warnings?.(object, undefined) ?? []) told.add(warning)
        const got = [...told].sort()
        if (JSON.stringify(got) === JSON.stringify(want)) right += want.length ? 1 : 0
        else wrong.push(`${folder.name}/${file} ${name}: ${JSON.stringify(got)} where ${JSON.stringify(want)}`)
      }
    }
  }
  assert.deepEqual(wrong, [])
  assert.ok(right > 30, `${right} warnings were compared`)
})
