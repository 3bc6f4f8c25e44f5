import type { User } from '../../api/request.ts'
import { dnsLabel, dnsSubdomain } from '../../machinery/names.ts'

const NODE = 'system:node:'
const ACCOUNT = /^system:serviceaccount:([^:]*):([^:]*)$/

/** The node that a user name stands for. */
export function nodeNameOf(username: string): string | undefined {
  if (!username.startsWith(NODE)) return undefined
  const name = username.slice(NODE.length)
  return dnsSubdomain(name).length === 0 ? name : undefined
}

/** The service account that a user name stands for. */
export function accountOf(username: string): { readonly namespace: string; readonly name: string } | undefined {
  const [, namespace = '', name = ''] = ACCOUNT.exec(username) ?? []
  return namespace && name && dnsLabel(namespace).length === 0 && dnsSubdomain(name).length === 0 ? { namespace, name } : undefined
}

/** Whether a service account's token was given to a pod on the very node that it wants to be taken for. */
export function isAssociated(requester: User, username: string): boolean {
  const node = nodeNameOf(username)
  const bound = requester.extra?.['authentication.kubernetes.io/node-name']
  return node !== undefined && accountOf(requester.name) !== undefined && bound?.length === 1 && bound[0] === node
}
