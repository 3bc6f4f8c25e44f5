import type { Catalog } from '../catalog.ts'
import type { Exchange } from '../exchange.ts'
import { documentV2, documentV3, placeOf, type Describe } from '../openapi/document.ts'
import { encodeOpenApiV2 } from '../openapi/protobuf.ts'
import { utf8 } from '../representation/bytes.ts'
import { digest } from './discovery.ts'
import type { PathHandler } from './path.ts'

/** With an @ in it, as clients ask for it, the type is no valid media type: answers name it with a dot. */
const V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'
const A_YEAR = 'public, immutable'

interface Document {
  readonly bytes: Uint8Array
  readonly hash: string
}

/** Texts are read when somebody first asks for a document. */
export type DescribeLater = () => Promise<Describe>

/** OpenAPI documents, made when somebody asks, once for each catalog. */
class Documents {
  readonly #describe: DescribeLater | undefined
  #catalog: Catalog | undefined
  #made = new Map<string, Promise<Document>>()

  constructor(describe: DescribeLater | undefined) {
    this.#describe = describe
  }

  #once(catalog: Catalog, key: string, make: (describe: Describe | undefined) => Uint8Array): Promise<Document> {
    if (this.#catalog !== catalog) this.#made = new Map()
    this.#catalog = catalog
    let document = this.#made.get(key)
    if (!document) this.#made.set(key, (document = this.#make(make)))
    return document
  }

  async #make(make: (describe: Describe | undefined) => Uint8Array): Promise<Document> {
    const bytes = make(await this.#describe?.())
    return { bytes, hash: (await digest(bytes)).slice(0, 128) }
  }

  v2(catalog: Catalog): Promise<Document> {
    return this.#once(catalog, 'v2', describe => utf8(JSON.stringify(documentV2(catalog, describe))))
  }

  v2Protobuf(catalog: Catalog): Promise<Document> {
    return this.#once(catalog, 'v2 protobuf', describe => encodeOpenApiV2(documentV2(catalog, describe)))
  }

  v3(catalog: Catalog, place: string): Promise<Document> | undefined {
    const served = catalog.groupVersions.find(gv => placeOf(gv) === place)
    return served && this.#once(catalog, place, describe => utf8(JSON.stringify(documentV3(served, describe))))
  }
}

/** `/openapi/v2` and `/openapi/v3`. */
export function openapi(catalogOf: () => Catalog, describe?: DescribeLater): PathHandler {
  const documents = new Documents(describe)
  return async exchange => {
    const { path } = exchange
    const catalog = catalogOf()
    if (path === '/openapi/v2') await sendV2(exchange, documents, catalog)
    else if (path === '/openapi/v3') await sendIndex(exchange, documents, catalog)
    else if (path.startsWith('/openapi/v3/')) await sendV3(exchange, documents, catalog, path.slice('/openapi/v3/'.length))
    else return false
    return true
  }
}

async function sendV2(exchange: Exchange, documents: Documents, catalog: Catalog): Promise<void> {
  const wantsProtobuf = (exchange.header('accept') ?? '').includes('proto-openapi.spec.v2')
  const { bytes, hash } = await (wantsProtobuf ? documents.v2Protobuf(catalog) : documents.v2(catalog))
  await sendTagged(exchange, bytes, `"${hash}"`, wantsProtobuf ? V2_PROTOBUF : 'application/json')
}

async function sendIndex(exchange: Exchange, documents: Documents, catalog: Catalog): Promise<void> {
  const paths: Record<string, { serverRelativeURL: string }> = {}
  for (const gv of catalog.groupVersions) {
    const place = placeOf(gv)
    paths[place] = { serverRelativeURL: `/openapi/v3/${place}?hash=${(await documents.v3(catalog, place)!).hash}` }
  }
  await exchange.send(200, 'text/plain; charset=utf-8', [utf8(JSON.stringify({ paths }))])
}

async function sendV3(exchange: Exchange, documents: Documents, catalog: Catalog, place: string): Promise<void> {
  const document = await documents.v3(catalog, place)
  if (!document) return noDocument(exchange)
  const { bytes, hash } = document
  const asked = exchange.query.get('hash')
  if (asked && asked !== hash) {
    exchange.begin(301, { location: `/openapi/v3/${place}?hash=${hash}` })
    return exchange.end()
  }
  // A document that is named by its hash never changes.
  await sendTagged(exchange, bytes, `"${hash}"`, 'application/json', asked ? { 'cache-control': A_YEAR } : {})
}

/** A 404 that says nothing, not even of what type it is. */
function noDocument(exchange: Exchange): void {
  exchange.begin(404, { 'content-length': '0' })
  exchange.end()
}

async function sendTagged(exchange: Exchange, bytes: Uint8Array, etag: string, contentType: string, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  const known = exchange.header('if-none-match')?.includes(etag)
  await exchange.send(known ? 304 : 200, contentType, known ? [] : [bytes], { etag, vary: 'Accept', ...headers })
}
