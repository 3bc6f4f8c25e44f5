import { apiVersionOf } from '../../api/resource.ts'
import type { Catalog } from '../catalog.ts'
import type { HealthCheck } from './health.ts'
import type { PathHandler } from './path.ts'

const OTHERS = [
  '/.well-known/openid-configuration', '/apis', '/apis/', '/flagz', '/metrics', '/metrics/slis', '/openapi/v2', '/openapi/v3', '/openapi/v3/', '/openid/v1/jwks', '/statusz', '/version',
]

/** What paths there are. */
export const root = (catalogOf: () => Catalog, checks: readonly HealthCheck[]): PathHandler => async exchange => {
  if (exchange.path !== '/' && exchange.path !== '/index.html') return false
  const served = catalogOf().groupVersions.flatMap(gv => (gv.group ? [`/apis/${gv.group}`, `/apis/${apiVersionOf(gv)}`] : ['/api', `/api/${gv.version}`]))
  const health = (['healthz', 'livez', 'readyz'] as const).flatMap(kind => [`/${kind}`, ...checks.filter(check => check.of.includes(kind)).map(({ name }) => `/${kind}/${name}`)])
  await exchange.sendJson(200, { paths: [...new Set([...OTHERS, ...served, ...health])].sort() })
  return true
}
