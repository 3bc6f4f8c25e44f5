import { apiVersionOf } from '../../api/resource.ts'
import type { Catalog } from '../catalog.ts'
import type { PathHandler } from './path.ts'

const OTHERS = ['/.well-known/openid-configuration', '/healthz', '/livez', '/metrics', '/openapi/v2', '/openapi/v3', '/openid/v1/jwks', '/readyz', '/version']

/** What paths there are. */
export const root = (catalogOf: () => Catalog): PathHandler => async exchange => {
  if (exchange.path !== '/' && exchange.path !== '/index.html') return false
  const served = catalogOf().groupVersions.flatMap(gv => (gv.group ? [`/apis/${gv.group}`, `/apis/${apiVersionOf(gv)}`] : ['/api', `/api/${gv.version}`]))
  await exchange.sendJson(200, { paths: [...new Set(['/apis', ...served, ...OTHERS])].sort() })
  return true
}
