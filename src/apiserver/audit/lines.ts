import type { AuditEvent } from './event.ts'

/** `--audit-log-format=json`. */
export const jsonLine = (event: AuditEvent): string => `${JSON.stringify(event)}\n`

const quoted = (text: string): string => JSON.stringify(text)
/** A list as the older format shows it: quoted items, quoted again. */
const list = (items: readonly string[]): string => quoted(items.map(quoted).join(','))

/** `--audit-log-format=legacy`: one line of text, without bodies. */
export function legacyLine({ requestReceivedTimestamp, auditID, stage, sourceIPs, verb, user, impersonatedUser, userAgent = '', objectRef, requestURI, responseStatus }: AuditEvent): string {
  const groups = user.username && user.groups?.length ? list(user.groups) : quoted('<none>')
  const asGroups = impersonatedUser?.groups ? list(impersonatedUser.groups) : quoted('<lookup>')
  return `${requestReceivedTimestamp} AUDIT: id=${quoted(auditID)} stage=${quoted(stage)} ip=${quoted(sourceIPs[0] ?? '<unknown>')} method=${quoted(verb)} user=${quoted(user.username || '<none>')} groups=${groups} ` +
    `as=${quoted(impersonatedUser ? impersonatedUser.username ?? '' : '<self>')} asgroups=${asGroups} user-agent=${quoted(userAgent)} namespace=${quoted(objectRef?.['namespace'] || '<none>')} uri=${quoted(requestURI)} response="${responseStatus?.code ?? '<deferred>'}"\n`
}
