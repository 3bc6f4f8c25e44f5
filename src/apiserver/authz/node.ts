import { Pods, type Pod } from '../../api/core/pod/pod.ts'
import { ResourceSlices, type ResourceSlice } from '../../api/resource/resource-slice.ts'
import { VolumeAttachments, type VolumeAttachment } from '../../api/storage/volume-attachment.ts'
import { parseFieldSelector } from '../../machinery/selector.ts'
import { clusterRoles } from '../bootstrap/rbac-cluster-roles.ts'
import type { ObjectReader } from '../object-reader.ts'
import type { Attributes, Authorizer, Decision, GrantedRules } from './authorizer.ts'
import { createNodeGraph, type NodeGraph, type ReferenceKind } from './node-graph.ts'
import { ruleAllows } from './rules.ts'

const ALLOW: Decision = { verdict: 'allow', reason: '' }
const refuse = (reason: string): Decision => ({ verdict: 'noOpinion', reason })
const NOTHING = refuse('')
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

/** What a rule looks at. */
interface Question extends Attributes {
  readonly node: string
  readonly reader: ObjectReader
  readonly graph: NodeGraph
}

type Rule = (question: Question) => Decision

/** Limits a kubelet to what the pods bound to its node refer to. */
export function createNodeAuthorizer(reader: ObjectReader): Authorizer {
  const graph = createNodeGraph(reader)
  return {
    name: 'Node',
    rulesFor: user => (nodeOf(user) === undefined ? NO_RULES : NOT_LISTED),
    authorize(attributes) {
      const node = nodeOf(attributes.user)
      if (node === undefined) return NOTHING
      if (node === '') return refuse(`unknown node for user ${JSON.stringify(attributes.user.name)}`)
      const { resource = '', group = '', path } = attributes
      const rule = path === undefined ? RULES.get(group ? `${resource}.${group}` : resource) : undefined
      return rule ? rule({ ...attributes, node, reader, graph }) : NODE_RULES.some(each => ruleAllows(each, attributes)) ? ALLOW : NOTHING
    },
  }
}

const noRelationship = (node: string): Decision => refuse(`no relationship found between node '${node}' and this object`)

/** An object that the question names and that has to do with the node. */
function related({ node, name }: Question, isRelated: () => boolean): Decision {
  if (!name) return refuse('No Object name found')
  return isRelated() ? ALLOW : noRelationship(node)
}

const isReferred = ({ node, graph, namespace = '', name = '' }: Question, kind: ReferenceKind): boolean => graph.refers(node, kind, namespace, name)

/** `get`, `list` and `watch` of one object that pods of the node refer to. */
const readReferenced = (kind: ReferenceKind): Rule => question => {
  const { verb, subresource, namespace } = question
  if (!['get', 'list', 'watch'].includes(verb)) return refuse('can only read resources of this type')
  if (subresource) return refuse('cannot read subresource')
  if (!namespace) return refuse('can only read namespaced object of this type')
  return related(question, () => isReferred(question, kind))
}

/** `get` alone. */
const getRelated = (isRelated: (question: Question) => boolean): Rule => question => {
  if (question.verb !== 'get') return refuse('can only get individual resources of this type')
  if (question.subresource) return refuse('cannot get subresource')
  return related(question, () => isRelated(question))
}

const getClaim = getRelated(question => isReferred(question, 'claims'))
const claim: Rule = question => {
  if (question.subresource !== 'status') return getClaim(question)
  return question.verb === 'update' || question.verb === 'patch' ? related(question, () => isReferred(question, 'claims')) : refuse('can only get/update/patch this type')
}

const readAccount = readReferenced('serviceAccounts')
const account: Rule = question => {
  const { verb, subresource, name, node } = question
  if (verb === 'get' && !subresource) return readAccount(question)
  if (verb !== 'create' || !name) return refuse('can only create tokens for individual service accounts')
  if (subresource !== 'token') return refuse('can only create token subresource of serviceaccount')
  return isReferred(question, 'serviceAccounts') ? ALLOW : noRelationship(node)
}

const OWN_VERBS = ['get', 'create', 'update', 'patch', 'delete']

const lease: Rule = ({ verb, namespace, name, node }) => {
  if (!OWN_VERBS.includes(verb)) return refuse('can only get, create, update, patch, or delete a node lease')
  if (namespace !== 'kube-node-lease') return refuse('can only access leases in the "kube-node-lease" system namespace')
  // A create has no name in its URL; admission looks at the body's.
  return verb === 'create' || name === node ? ALLOW : refuse('can only access node lease with the same name as the requesting node')
}

const csiNode: Rule = ({ verb, subresource, name, node }) => {
  if (!OWN_VERBS.includes(verb)) return refuse('can only get, create, update, patch, or delete a CSINode')
  if (subresource) return refuse('cannot authorize CSINode subresources')
  return verb === 'create' || name === node ? ALLOW : refuse('can only access CSINode with the same name as the requesting node')
}

const resourceSlice: Rule = question => {
  const { verb, subresource, node, name = '', reader } = question
  if (subresource) return refuse('cannot authorize ResourceSlice subresources')
  switch (verb) {
    case 'create': return ALLOW
    case 'get': case 'update': case 'patch': case 'delete': return related(question, () => reader.get<ResourceSlice>(ResourceSlices, undefined, name)?.spec.nodeName === node)
    case 'list': case 'watch': case 'deletecollection': return selectsNode(question) ? ALLOW : refuse('can only list/watch/deletecollection resourceslices with nodeName field selector')
    default: return refuse('only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection')
  }
}

/** Whether a selector narrows a request down to the node's own. */
function selectsNode({ fieldSelector, node }: Question): boolean {
  if (!fieldSelector) return false
  try {
    return parseFieldSelector(fieldSelector).requirements.some(({ field, operator, value }) => field === 'spec.nodeName' && operator === '=' && value === node)
  } catch {
    // It is refused later on; until then it selects everything.
    return false
  }
}

const nodes: Rule = ({ verb, subresource, name, node }) => {
  if (subresource) return subresource === 'status' && (verb === 'update' || verb === 'patch') ? ALLOW : NOTHING
  switch (verb) {
    case 'create': case 'update': case 'patch': return ALLOW
    case 'get': case 'list': case 'watch':
      if (name === node) return ALLOW
      return refuse(name ? `node '${node}' cannot read '${name}', only its own Node object` : `node '${node}' cannot read all nodes, only its own Node object`)
    default: return NOTHING
  }
}

const isOwnPod = ({ reader, node, namespace, name = '' }: Question): boolean => reader.get<Pod>(Pods, namespace, name)?.spec.nodeName === node
const getPod = getRelated(isOwnPod)

const pods: Rule = question => {
  const { verb, subresource, name } = question
  if (subresource === 'status') return verb === 'update' || verb === 'patch' ? ALLOW : NOTHING
  if (subresource) return subresource === 'eviction' && verb === 'create' ? ALLOW : NOTHING
  switch (verb) {
    case 'get': return getPod(question)
    case 'list': case 'watch':
      if (selectsNode(question)) return ALLOW
      return name ? related(question, () => isOwnPod(question)) : refuse('can only list/watch pods with spec.nodeName field selector')
    case 'create': case 'delete': return ALLOW
    default: return NOTHING
  }
}

/** What has rules of its own; all else is as the role `system:node` says. */
const RULES: ReadonlyMap<string, Rule> = new Map(Object.entries({
  secrets: readReferenced('secrets'),
  configmaps: readReferenced('configMaps'),
  persistentvolumeclaims: claim,
  persistentvolumes: getRelated(({ graph, node, name = '' }) => graph.claimsVolume(node, name)),
  'resourceclaims.resource.k8s.io': getRelated(question => isReferred(question, 'resourceClaims')),
  'volumeattachments.storage.k8s.io': getRelated(({ reader, node, name = '' }) => reader.get<VolumeAttachment>(VolumeAttachments, undefined, name)?.spec.nodeName === node),
  serviceaccounts: account,
  'leases.coordination.k8s.io': lease,
  'csinodes.storage.k8s.io': csiNode,
  'resourceslices.resource.k8s.io': resourceSlice,
  nodes,
  pods,
}))
