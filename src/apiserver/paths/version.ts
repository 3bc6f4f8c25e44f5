import { methodNotAllowed } from '../pipeline.ts'
import { checkRoute } from '../representation/negotiate.ts'
import { JSON_TYPE } from '../representation/media-types.ts'
import type { PathHandler } from './path.ts'

/** The Kubernetes API that this server speaks. */
export const VERSION = {
  major: '1', minor: '36', emulationMajor: '1', emulationMinor: '36', minCompatibilityMajor: '1', minCompatibilityMinor: '35',
  gitVersion: 'v1.36.3', gitCommit: '', gitTreeState: 'clean', buildDate: '1970-01-01T00:00:00Z', goVersion: '', compiler: 'node', platform: 'linux/amd64',
}

export const version: PathHandler = async exchange => {
  if (exchange.path !== '/version' && exchange.path !== '/version/') return false
  if (exchange.method !== 'GET') throw methodNotAllowed()
  checkRoute(exchange.header('accept'), { types: [JSON_TYPE] })
  await exchange.sendJson(200, VERSION)
  return true
}
