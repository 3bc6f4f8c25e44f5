import type { FlowSchema } from '../../api/flowcontrol/flow-schema.ts'
import type { User } from '../../api/request.ts'
import type { RequestInfo } from '../request-info.ts'

/** Which schema a request falls under, and which of its flows it belongs to. */
export interface Flow {
  readonly schema: FlowSchema
  /** Requests of one flow wait in line; flows are served in turns. */
  readonly key: string
}

type Rule = NonNullable<FlowSchema['spec']['rules']>[number]
type Subject = Rule['subjects'][number]

/** The schemas in the order in which they are asked: by precedence, then by name. */
export const inOrder = (schemas: readonly FlowSchema[]): FlowSchema[] =>
  [...schemas].sort((a, b) => a.spec.matchingPrecedence! - b.spec.matchingPrecedence! || (a.metadata.name < b.metadata.name ? -1 : 1))

/** The first schema that a request matches; every server has one that matches everything. */
export function flowOf(schemas: readonly FlowSchema[], user: User, info: RequestInfo): Flow | undefined {
  const schema = schemas.find(({ spec }) => spec.rules?.some(rule => rule.subjects.some(subject => isSubject(subject, user)) && covers(rule, info)))
  return schema && { schema, key: `${schema.metadata.name}/${distinguisher(schema, user, info)}` }
}

function distinguisher({ spec }: FlowSchema, user: User, info: RequestInfo): string {
  if (spec.distinguisherMethod?.type === 'ByUser') return user.name
  return spec.distinguisherMethod?.type === 'ByNamespace' && info.type === 'resource' ? (info.namespace ?? '') : ''
}

function isSubject(subject: Subject, { name, groups }: User): boolean {
  switch (subject.kind) {
    case 'User': return subject.user?.name === '*' || subject.user?.name === name
    case 'Group': return subject.group?.name === '*' || groups.includes(subject.group?.name ?? '')
    case 'ServiceAccount': {
      const { namespace = '', name: account = '' } = subject.serviceAccount ?? {}
      return account === '*' ? name.startsWith(`system:serviceaccount:${namespace}:`) : name === `system:serviceaccount:${namespace}:${account}`
    }
    default: return false
  }
}

const has = (list: readonly string[] | null | undefined, value: string): boolean => !!list && (list.includes('*') || list.includes(value))

function covers(rule: Rule, info: RequestInfo): boolean {
  if (info.type === 'path') {
    const matches = (url: string): boolean => url === '*' || url === info.path || (url.endsWith('/*') && info.path.startsWith(url.slice(0, -1)))
    return !!rule.nonResourceRules?.some(({ verbs, nonResourceURLs }) => has(verbs, info.verb) && nonResourceURLs!.some(matches))
  }
  const resource = info.subresource ? `${info.resource}/${info.subresource}` : info.resource
  return !!rule.resourceRules?.some(each =>
    has(each.verbs, info.verb) && has(each.apiGroups, info.group) && has(each.resources, resource) && (info.namespace === undefined ? !!each.clusterScope : has(each.namespaces, info.namespace)))
}
