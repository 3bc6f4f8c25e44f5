import { apiGroupDiscovery } from '../../api/apidiscovery/api-group-discovery.ts'
import { listMeta } from '../../api/meta/object-meta.ts'
import { kind, list, struct } from '../../machinery/schema/schema.ts'
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from '../../api/meta/discovery.ts'
import { apiVersionOf, type AnyResource, type Subresource } from '../../api/resource.ts'
import { encodeEnvelope, encodeProtobuf } from '../../machinery/schema/protobuf.ts'
import type { Schema } from '../../machinery/schema/schema.ts'
import type { Catalog, GroupVersion } from '../catalog.ts'
import type { Exchange } from '../exchange.ts'
import { methodNotAllowed } from '../pipeline.ts'
import { utf8 } from '../representation/bytes.ts'
import { JSON_TYPE, PROTOBUF_TYPE, YAML_TYPE } from '../representation/media-types.ts'
import { checkRoute, negotiate } from '../representation/negotiate.ts'
import { stringifyYaml } from '../../machinery/yaml.ts'
import { noSuchResource } from '../router.ts'
import type { PathHandler } from './path.ts'

const apiGroupDiscoveryList: Schema<unknown> = kind('io.k8s.api.apidiscovery.v2.APIGroupDiscoveryList', { metadata: struct(1, listMeta), items: list(2, apiGroupDiscovery) })
// v2beta1 is not served since 1.35: clients that know nothing newer (before 1.30) fall back to the documents in pieces.
const AGGREGATED = ['as=APIGroupDiscoveryList', 'g=apidiscovery.k8s.io', 'v=v2']

/** What groups, versions and kinds there are: in pieces as ever, and all at once for clients that accept that. */
export function discovery(catalogOf: () => Catalog, serverAddress: () => string): PathHandler {
  return async exchange => {
    if (exchange.path.startsWith('//')) return false
    const parts = exchange.path.split('/').filter(part => part !== '')
    const catalog = catalogOf()
    if (parts[0] === 'api' && parts.length === 1) await legacyRoot(exchange, catalog, serverAddress())
    else if (parts[0] === 'apis' && parts.length === 1) await groups(exchange, catalog)
    else if (parts[0] === 'api' && parts.length === 2) await versionOf(exchange, catalog.groupVersion('', parts[1]!))
    else if (parts[0] === 'apis' && parts.length === 2) return group(exchange, catalog, parts[1]!)
    else if (parts[0] === 'apis' && parts.length === 3) return groupVersion(exchange, catalog, parts[1]!, parts[2]!)
    else return false
    return true
  }
}

async function legacyRoot(exchange: Exchange, catalog: Catalog, serverAddress: string): Promise<void> {
  if (exchange.method !== 'GET') throw methodNotAllowed()
  checkRoute(exchange.header('accept'), {})
  if (wantsAggregated(exchange)) return aggregated(exchange, catalog, gv => gv.group === '')
  await answer(exchange, apiVersions, 'APIVersions', {
    kind: 'APIVersions', versions: catalog.versionsOf('').map(({ version }) => version), serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
  })
}

async function groups(exchange: Exchange, catalog: Catalog): Promise<void> {
  if (wantsAggregated(exchange)) return aggregated(exchange, catalog, gv => gv.group !== '')
  const names = [...new Set(catalog.groupVersions.filter(gv => gv.group !== '').map(gv => gv.group))]
  await answer(exchange, apiGroupList, 'APIGroupList', { kind: 'APIGroupList', apiVersion: 'v1', groups: names.map(name => groupOf(catalog, name)) })
}

async function group(exchange: Exchange, catalog: Catalog, name: string): Promise<boolean> {
  if (catalog.versionsOf(name).length === 0) return false
  await answer(exchange, apiGroup, 'APIGroup', { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(catalog, name) })
  return true
}

async function groupVersion(exchange: Exchange, catalog: Catalog, name: string, version: string): Promise<boolean> {
  if (catalog.versionsOf(name).length === 0) return false
  await versionOf(exchange, catalog.groupVersion(name, version))
  return true
}

async function versionOf(exchange: Exchange, served: GroupVersion | undefined): Promise<void> {
  if (!served) throw noSuchResource()
  if (exchange.method !== 'GET') throw methodNotAllowed()
  checkRoute(exchange.header('accept'), {})
  await answer(exchange, apiResourceList, 'APIResourceList', {
    kind: 'APIResourceList', ...(served.group && { apiVersion: 'v1' }), groupVersion: apiVersionOf(served), resources: sorted(served).flatMap(resourceEntries),
  })
}

const sorted = ({ resources }: GroupVersion): AnyResource[] => [...resources].sort((a, b) => (a.plural < b.plural ? -1 : 1))

function groupOf(catalog: Catalog, name: string) {
  const versions = catalog.versionsOf(name).map(gv => ({ groupVersion: apiVersionOf(gv), version: gv.version }))
  return { name, versions, preferredVersion: versions[0]! }
}

function resourceEntries(resource: AnyResource): object[] {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories, storageVersionHash } = resource
  return [
    {
      name: plural, singularName: singular, namespaced, kind, verbs,
      ...(shortNames.length > 0 && { shortNames }), ...(categories.length > 0 && { categories }), ...(storageVersionHash && { storageVersionHash }),
    },
    ...resource.subresources.map(subresource => ({
      name: `${plural}/${subresource.name}`, singularName: '', namespaced, ...foreign(resource, subresource), kind: subresource.kind, verbs: subresource.verbs,
    })),
  ]
}

const isForeign = (resource: AnyResource, { group = '', version = resource.version }: Subresource): boolean => group !== resource.group || version !== resource.version
const foreign = (resource: AnyResource, subresource: Subresource): object =>
  isForeign(resource, subresource) ? { group: subresource.group ?? '', version: subresource.version ?? resource.version } : {}

/** Whether a client takes the whole of discovery in one document. */
export const acceptsAggregated = (accept: string): boolean => accept.split(',').some(range => {
  const parameters = range.split(';').map(part => part.trim())
  return AGGREGATED.every(parameter => parameters.includes(parameter))
})
const wantsAggregated = (exchange: Exchange): boolean => acceptsAggregated(exchange.header('accept') ?? '')

function aggregated(exchange: Exchange, catalog: Catalog, included: (gv: GroupVersion) => boolean): Promise<void> {
  const names = [...new Set(catalog.groupVersions.filter(included).map(gv => gv.group))]
  const items = names.map(name => ({
    metadata: { ...(name && { name }) },
    versions: catalog.versionsOf(name).map(gv => ({ version: gv.version, resources: sorted(gv).map(aggregatedEntry), freshness: 'Current' })),
  }))
  const list = { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items }
  return answer(exchange, apiGroupDiscoveryList, 'APIGroupDiscoveryList', list, ';g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList')
}

function aggregatedEntry(resource: AnyResource): object {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories } = resource
  const responseKind = (name: string, subresource?: Subresource) => {
    const other = subresource && isForeign(resource, subresource)
    return { group: other ? subresource.group ?? '' : '', version: other ? subresource.version ?? '' : '', kind: name }
  }
  return {
    resource: plural, responseKind: responseKind(kind), scope: namespaced ? 'Namespaced' : 'Cluster', singularResource: singular, verbs,
    ...(shortNames.length > 0 && { shortNames }), ...(categories.length > 0 && { categories }),
    ...(resource.subresources.length > 0 && {
      subresources: resource.subresources.map(subresource => ({ subresource: subresource.name, responseKind: responseKind(subresource.kind, subresource), verbs: subresource.verbs })),
    }),
  }
}

/** Sends a discovery document; clients that show its ETag need not be told again. */
async function answer(exchange: Exchange, schema: Schema<unknown>, kind: string, document: object, suffix = ''): Promise<void> {
  const { mediaType } = suffix ? { mediaType: aggregatedType(exchange) } : negotiate(exchange.header('accept'), {})
  const json = JSON.stringify(document)
  const etag = `"${await digest(json)}"`
  if (suffix && exchange.header('if-none-match')?.includes(etag)) return exchange.send(304, `${mediaType}${suffix}`, [], { etag, vary: 'Accept' })
  const apiVersion = (document as { apiVersion?: string }).apiVersion ?? 'v1'
  const body = mediaType === JSON_TYPE ? utf8(`${json}\n`) : mediaType === YAML_TYPE ? utf8(stringifyYaml(document)) : encodeEnvelope({ kind, apiVersion, raw: encodeProtobuf(schema, document) })
  await exchange.send(200, `${mediaType}${suffix}`, [body], suffix ? { etag, vary: 'Accept', 'cache-control': 'public' } : {})
}

const aggregatedType = (exchange: Exchange) => (/^\s*application\/vnd\.kubernetes\.protobuf/.test(exchange.header('accept') ?? '') ? PROTOBUF_TYPE : JSON_TYPE)

/** A name for content: SHA-512 in capital letters, as upstream has it. */
export async function digest(content: string | Uint8Array): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-512', typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content)))
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('').toUpperCase()
}
