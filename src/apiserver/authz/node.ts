import type { PersistentVolumeClaim } from '../../api/core/persistent-volume-claim.ts'
import { PersistentVolumeClaims } from '../../api/core/persistent-volume-claim.ts'
import type { Pod } from '../../api/core/pod/pod.ts'
import { Pods } from '../../api/core/pod/pod.ts'
import { referencesOf } from '../../api/core/pod/references.ts'
import type { ResourceSlice } from '../../api/resource/resource-slice.ts'
import { ResourceSlices } from '../../api/resource/resource-slice.ts'
import type { ObjectReader } from '../object-reader.ts'
import type { Attributes, Authorizer, Decision, GrantedRules } from './authorizer.ts'
import { clusterRoles } from '../bootstrap/rbac-cluster-roles.ts'
import { ruleAllows } from './rules.ts'

const ALLOW: Decision = { verdict: 'allow', reason: '' }
const refuse = (reason: string): Decision => ({ verdict: 'noOpinion', reason })
const NO_RULES: GrantedRules = { rules: [], errors: [], incomplete: false }
const NOT_LISTED: GrantedRules = { rules: [], errors: ['node authorizer does not support user rule resolution'], incomplete: true }
const NODE_GROUP = 'system:nodes'
const NODE_USER = 'system:node:'
const NODE_RULES = clusterRoles['system:node'] ?? []

/** The node that a user is, `''` for one with no name, undefined for everybody else. */
export function nodeOf(user: Attributes['user']): string | undefined {
  if (!user.groups.includes(NODE_GROUP) || !user.name.startsWith(NODE_USER)) return undefined
  return user.name.slice(NODE_USER.length)
}

/** Limits a kubelet to what the pods bound to its node refer to. */
export function createNodeAuthorizer(reader: ObjectReader): Authorizer {
  return {
    name: 'Node',
    rulesFor: user => (nodeOf(user) === undefined ? NO_RULES : NOT_LISTED),
    authorize(attributes) {
      const node = nodeOf(attributes.user)
      if (node === undefined) return refuse('')
      if (node === '') return refuse(`unknown node for user ${JSON.stringify(attributes.user.name)}`)
      const special = attributes.path === undefined ? decideByResource(reader, node, attributes) : undefined
      return special ?? (NODE_RULES.some(rule => ruleAllows(rule, attributes)) ? ALLOW : refuse(''))
    },
  }
}

function decideByResource(reader: ObjectReader, node: string, attributes: Attributes): Decision | undefined {
  const { resource = '', group = '', verb } = attributes
  switch (group ? `${resource}.${group}` : resource) {
    case 'secrets': return readReferenced(reader, node, attributes, 'secrets')
    case 'configmaps': return readReferenced(reader, node, attributes, 'configMaps')
    case 'persistentvolumeclaims': return attributes.subresource === 'status' ? statusOfClaim(reader, node, attributes) : getReferenced(reader, node, attributes, 'claims')
    case 'persistentvolumes': return getVolume(reader, node, attributes)
    case 'resourceclaims.resource.k8s.io': return getReferenced(reader, node, attributes, 'resourceClaims')
    case 'serviceaccounts': return tokenRequest(reader, node, attributes)
    case 'leases.coordination.k8s.io': return ownObject(node, attributes, 'node lease', 'kube-node-lease')
    case 'csinodes.storage.k8s.io': return ownObject(node, attributes, 'CSINode', undefined)
    case 'resourceslices.resource.k8s.io': return resourceSlice(reader, node, attributes)
    case 'nodes': return verb === 'get' || verb === 'list' || verb === 'watch' ? readNode(node, attributes) : undefined
    case 'pods': return readPods(reader, node, attributes)
    default: return undefined
  }
}

type ReferenceKind = 'secrets' | 'configMaps' | 'claims' | 'resourceClaims' | 'serviceAccounts'

const podsOf = (reader: ObjectReader, node: string, namespace: string | undefined): Pod[] =>
  reader.list<Pod>(Pods, namespace).filter(pod => pod.spec.nodeName === node)

const isReferenced = (reader: ObjectReader, node: string, { namespace, name }: Attributes, kind: ReferenceKind): boolean =>
  podsOf(reader, node, namespace).some(pod => referencesOf(pod)[kind].has(name ?? ''))

const noRelationship = (node: string): Decision => refuse(`no relationship found between node '${node}' and this object`)

function readReferenced(reader: ObjectReader, node: string, attributes: Attributes, kind: ReferenceKind): Decision {
  if (!['get', 'list', 'watch'].includes(attributes.verb)) return refuse('can only read resources of this type')
  if (!attributes.namespace) return refuse('can only read namespaced object of this type')
  return related(reader, node, attributes, kind)
}

function getReferenced(reader: ObjectReader, node: string, attributes: Attributes, kind: ReferenceKind): Decision {
  if (attributes.verb !== 'get') return refuse('can only get individual resources of this type')
  return related(reader, node, attributes, kind)
}

function related(reader: ObjectReader, node: string, attributes: Attributes, kind: ReferenceKind): Decision {
  if (attributes.subresource) return refuse('cannot read subresource')
  if (!attributes.name) return refuse('No Object name found')
  return isReferenced(reader, node, attributes, kind) ? ALLOW : noRelationship(node)
}

function statusOfClaim(reader: ObjectReader, node: string, attributes: Attributes): Decision {
  if (!['get', 'update', 'patch'].includes(attributes.verb)) return refuse('can only get individual resources of this type')
  return isReferenced(reader, node, attributes, 'claims') ? ALLOW : noRelationship(node)
}

function getVolume(reader: ObjectReader, node: string, attributes: Attributes): Decision {
  if (attributes.verb !== 'get') return refuse('can only get individual resources of this type')
  if (attributes.subresource) return refuse('cannot read subresource')
  if (!attributes.name) return refuse('No Object name found')
  const mine = podsOf(reader, node, undefined).some(pod =>
    [...referencesOf(pod).claims].some(claim =>
      reader.get<PersistentVolumeClaim>(PersistentVolumeClaims, pod.metadata.namespace, claim)?.spec.volumeName === attributes.name))
  return mine ? ALLOW : noRelationship(node)
}

function tokenRequest(reader: ObjectReader, node: string, attributes: Attributes): Decision {
  if (attributes.subresource !== 'token') return attributes.verb === 'get' && !attributes.subresource ? related(reader, node, attributes, 'serviceAccounts') : refuse('')
  if (attributes.verb !== 'create') return refuse('can only create tokens for individual service accounts')
  return isReferenced(reader, node, attributes, 'serviceAccounts') ? ALLOW : noRelationship(node)
}

function ownObject(node: string, attributes: Attributes, what: string, namespace: string | undefined): Decision {
  if (!['get', 'create', 'update', 'patch', 'delete'].includes(attributes.verb)) return refuse(`can only get, create, update, patch, or delete a ${what}`)
  if (namespace !== undefined && attributes.namespace !== namespace) return refuse(`can only access leases in the "${namespace}" system namespace`)
  // A create has no name in its URL; admission looks at the body's.
  return attributes.verb === 'create' || attributes.name === node ? ALLOW : refuse(`can only access ${what} with the same name as the requesting node`)
}

function resourceSlice(reader: ObjectReader, node: string, { verb, name, fieldSelector }: Attributes): Decision {
  if (verb === 'create') return ALLOW
  if (['list', 'watch', 'deletecollection'].includes(verb)) {
    const own = selects(fieldSelector, 'spec.nodeName', node)
    return own ? ALLOW : refuse('can only list/watch/deletecollection resourceslices with nodeName field selector')
  }
  if (!['get', 'update', 'patch', 'delete'].includes(verb)) return refuse('only the following verbs are allowed: get, create, update, patch, delete, deletecollection, list, watch')
  return reader.get<ResourceSlice>(ResourceSlices, undefined, name ?? '')?.spec.nodeName === node ? ALLOW : noRelationship(node)
}

const selects = (fieldSelector: string | undefined, field: string, value: string): boolean =>
  !!fieldSelector?.split(',').some(term => term === `${field}=${value}` || term === `${field}==${value}`)

function readNode(node: string, { verb, name, subresource }: Attributes): Decision | undefined {
  if (subresource) return undefined
  if (name === node) return ALLOW
  if (name) return refuse(`node '${node}' cannot read '${name}', only its own Node object`)
  return refuse(`node '${node}' cannot ${verb === 'watch' ? 'watch' : 'read'} all nodes, only its own Node object`)
}

function readPods(reader: ObjectReader, node: string, attributes: Attributes): Decision | undefined {
  const { verb, subresource, fieldSelector, namespace, name } = attributes
  if (subresource) return undefined
  if (verb === 'list' || verb === 'watch') {
    return selects(fieldSelector, 'spec.nodeName', node) ? ALLOW : refuse('can only list/watch pods with spec.nodeName field selector')
  }
  if (verb === 'get') return reader.get<Pod>(Pods, namespace, name ?? '')?.spec.nodeName === node ? ALLOW : noRelationship(node)
  return undefined
}
