import type { Authorizer } from './authorizer.ts'

const HEALTH_PATHS = ['/healthz', '/livez', '/readyz']

/** Whether a path tells the server's health, which everybody may ask for. */
export const isHealthPath = (path: string): boolean => HEALTH_PATHS.some(health => path === health || path.startsWith(`${health}/`))

/** Lets everybody, known or not, ask whether the server is well. */
export const healthPaths: Authorizer = {
  name: 'AlwaysAllowPaths',
  authorize: ({ path }) => ({ verdict: path !== undefined && HEALTH_PATHS.includes(path) ? 'allow' : 'noOpinion', reason: '' }),
}
