import type { Cause } from '../../../../machinery/status.ts'
import { forbidden, inRange, invalid, nonNegative, notSupported, required } from '../../../validation.ts'
import type { Container } from '../container.ts'
import type { ExecAction, GRPCAction, HTTPGetAction, LifecycleHandler, Probe, SleepAction, TCPSocketAction } from '../probes.ts'

/** A port by number or name. */
export function validatePort(field: string, port: number | string): Cause[] {
  if (typeof port === 'number') return inRange(field, port, 1, 65535)
  return portNameProblems(port).map(problem => invalid(field, port, problem))
}

/** IANA service names. */
export function portNameProblems(name: string): string[] {
  const problems: string[] = []
  if (name.length > 15) problems.push('must be no more than 15 characters')
  if (!/^[-a-z0-9]+$/.test(name)) problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)')
  if (!/[a-z]/.test(name)) problems.push('must contain at least one letter (a-z)')
  if (name.includes('--')) problems.push('must not contain consecutive hyphens')
  if (name.startsWith('-') || name.endsWith('-')) problems.push('must not begin or end with a hyphen')
  return problems
}

interface Handler {
  readonly exec?: ExecAction | undefined
  readonly httpGet?: HTTPGetAction | undefined
  readonly tcpSocket?: TCPSocketAction | undefined
  readonly grpc?: GRPCAction | undefined
  readonly sleep?: SleepAction | undefined
}

function validateHandler(handler: Handler, field: string, gracePeriodSeconds: number | undefined): Cause[] {
  const causes: Cause[] = []
  let handlers = 0
  const first = (name: string): boolean => {
    if (handlers++ === 0) return true
    causes.push(forbidden(`${field}.${name}`, 'may not specify more than 1 handler type'))
    return false
  }
  if (handler.exec && first('exec') && !handler.exec.command?.length) causes.push(required(`${field}.exec.command`))
  if (handler.httpGet && first('httpGet')) causes.push(...validateHttpGet(handler.httpGet, `${field}.httpGet`))
  if (handler.tcpSocket && first('tcpSocket')) causes.push(...validatePort(`${field}.tcpSocket.port`, handler.tcpSocket.port))
  if (handler.grpc && first('grpc')) causes.push(...inRange(`${field}.grpc.port`, handler.grpc.port, 1, 65535))
  if (handler.sleep && first('sleep')) {
    const { seconds } = handler.sleep
    const most = gracePeriodSeconds ?? 0
    if (seconds < 0 || seconds > most) causes.push(invalid(`${field}.sleep`, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${most})`))
  }
  if (handlers === 0) causes.push(required(field, 'must specify a handler type'))
  return causes
}

function validateHttpGet({ path, port, scheme, httpHeaders }: HTTPGetAction, field: string): Cause[] {
  const causes: Cause[] = path ? [] : [required(`${field}.path`)]
  causes.push(...validatePort(`${field}.port`, port))
  if (scheme !== 'HTTP' && scheme !== 'HTTPS') causes.push(notSupported(`${field}.scheme`, scheme, ['HTTP', 'HTTPS']))
  for (const { name } of httpHeaders ?? []) {
    if (!/^[-A-Za-z0-9]+$/.test(name)) {
      causes.push(invalid(`${field}.httpHeaders`, name, "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')"))
    }
  }
  return causes
}

function validateProbe(probe: Probe | undefined, field: string): Cause[] {
  if (!probe) return []
  const causes = validateHandler(probe, field, undefined)
  for (const name of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const) causes.push(...nonNegative(`${field}.${name}`, probe[name]))
  const grace = probe.terminationGracePeriodSeconds
  if (grace !== undefined && grace <= 0) causes.push(invalid(`${field}.terminationGracePeriodSeconds`, grace, 'must be greater than 0'))
  return causes
}

/** A container's probes and hooks. */
export function validateHandlers(container: Pick<Container, 'lifecycle' | 'livenessProbe' | 'readinessProbe' | 'startupProbe'>, field: string, gracePeriodSeconds: number | undefined): Cause[] {
  const { lifecycle, livenessProbe, readinessProbe, startupProbe } = container
  const causes: Cause[] = []
  for (const hook of ['postStart', 'preStop'] as const) {
    const handler: LifecycleHandler | undefined = lifecycle?.[hook]
    if (handler) causes.push(...validateHandler(handler, `${field}.lifecycle.${hook}`, gracePeriodSeconds))
  }
  const onlyOnce = (probe: Probe | undefined, name: string): void => {
    causes.push(...validateProbe(probe, `${field}.${name}`))
    if (probe && probe.successThreshold !== 1) causes.push(invalid(`${field}.${name}.successThreshold`, probe.successThreshold ?? 0, 'must be 1'))
  }
  onlyOnce(livenessProbe, 'livenessProbe')
  causes.push(...validateProbe(readinessProbe, `${field}.readinessProbe`))
  if (readinessProbe?.terminationGracePeriodSeconds !== undefined) {
    causes.push(invalid(`${field}.readinessProbe.terminationGracePeriodSeconds`, readinessProbe.terminationGracePeriodSeconds, 'must not be set for readinessProbes'))
  }
  onlyOnce(startupProbe, 'startupProbe')
  return causes
}

