import { StatusError, badRequest } from '../status.ts'
import { cloneJson, equalJson, goKind, isObject, setOwn, type JsonObject } from './json-value.ts'

const MOST_OPERATIONS = 10_000
/** What copies may add up to, so that a small patch cannot make a huge object. */
const LARGEST_COPY_BYTES = 3 * 1024 * 1024
const TEXT_FIELDS = ['op', 'path', 'from'] as const

interface Operation {
  op?: string
  path?: string
  from?: string
  value?: unknown
}

/** The patch is well-formed but does not fit the object. */
const misfit = (): StatusError => new StatusError('Invalid', 'the server rejected our request due to an error in our request', {})

/** RFC 6902, with the limits and liberties of upstream's library. The document is not changed. */
export function applyJsonPatch(document: unknown, patch: unknown): unknown {
  const root: { document: unknown; copied: number } = { document: cloneJson(document), copied: 0 }
  for (const operation of operationsOf(patch)) apply(root, operation)
  return root.document
}

function operationsOf(patch: unknown): Operation[] {
  if (patch === null) return []
  if (!Array.isArray(patch)) throw badRequest(`error decoding patch: json: cannot unmarshal ${goKind(patch)} into Go value of type []handlers.jsonPatchOp`)
  if (patch.length > MOST_OPERATIONS) {
    throw new StatusError('RequestEntityTooLarge', `Request entity too large: The allowed maximum operations in a JSON patch is ${MOST_OPERATIONS}, got ${patch.length}`)
  }
  for (const operation of patch) {
    if (!isObject(operation)) throw badRequest(`error decoding patch: json: cannot unmarshal ${goKind(operation)} into Go value of type handlers.jsonPatchOp`)
    for (const field of TEXT_FIELDS) {
      const given = operation[field]
      if (given !== undefined && given !== null && typeof given !== 'string') {
        throw badRequest(`error decoding patch: json: cannot unmarshal ${goKind(given)} into Go struct field jsonPatchOp.${field} of type string`)
      }
    }
  }
  return patch as Operation[]
}

function apply(root: { document: unknown; copied: number }, { op, path, from, value = null }: Operation): void {
  if (path === undefined || path === null) throw misfit()
  if (path === '' && op !== 'move' && op !== 'copy') return applyToRoot(root, op, value)
  switch (op) {
    case 'add': return add(root.document, path, cloneJson(value))
    case 'replace': return replace(root.document, path, cloneJson(value))
    case 'remove': return remove(root.document, path)
    case 'move': {
      const moved = valueAt(root.document, from)
      if (moved === undefined) throw misfit()
      remove(root.document, from!)
      return add(root.document, path, moved)
    }
    case 'copy': {
      const copied = valueAt(root.document, from) ?? null
      root.copied += JSON.stringify(copied).length
      if (root.copied > LARGEST_COPY_BYTES) throw misfit()
      return add(root.document, path, cloneJson(copied))
    }
    case 'test': {
      if (!equalJson(valueAt(root.document, path) ?? null, value)) throw misfit()
      return
    }
    default: throw misfit()
  }
}

function applyToRoot(root: { document: unknown }, op: string | undefined, value: unknown): void {
  if (op === 'test') {
    if (!equalJson(root.document, value)) throw misfit()
  } else if (op === 'add' || op === 'replace') root.document = cloneJson(value)
  else throw misfit()
}

/** The container and the last key of a pointer. The text before its first slash does not count. */
function locate(document: unknown, pointer: string | undefined): { container: JsonObject | unknown[]; key: string } | undefined {
  if (pointer === undefined || pointer === null || pointer === '') throw misfit()
  const keys = pointer.split('/').slice(1).map(key => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  if (keys.length === 0) return undefined
  let container: unknown = document
  for (const key of keys.slice(0, -1)) container = Array.isArray(container) ? container[indexOf(container, key, false)] : isObject(container) && Object.hasOwn(container, key) ? container[key] : undefined
  if (!isObject(container) && !Array.isArray(container)) return undefined
  return { container, key: keys.at(-1)! }
}

function indexOf(list: readonly unknown[], key: string, adding: boolean): number {
  if (!/^[+-]?[0-9]+$/.test(key)) throw misfit()
  const index = Number(key)
  const most = adding ? list.length : list.length - 1
  const found = index < 0 ? index + most + 1 : index
  if (found < 0 || found > most) throw misfit()
  return found
}

function valueAt(document: unknown, pointer: string | undefined): unknown {
  const found = locate(document, pointer)
  if (!found) throw misfit()
  const { container, key } = found
  if (Array.isArray(container)) return container[indexOf(container, key, false)]
  return Object.hasOwn(container, key) ? container[key] : undefined
}

function add(document: unknown, pointer: string, value: unknown): void {
  const found = locate(document, pointer)
  if (!found) throw misfit()
  const { container, key } = found
  if (!Array.isArray(container)) setOwn(container, key, value)
  else if (key === '-') container.push(value)
  else container.splice(indexOf(container, key, true), 0, value)
}

function replace(document: unknown, pointer: string, value: unknown): void {
  const found = locate(document, pointer)
  if (!found) throw misfit()
  const { container, key } = found
  if (Array.isArray(container)) container[indexOf(container, key, false)] = value
  else setOwn(container, key, value)
}

function remove(document: unknown, pointer: string): void {
  const found = locate(document, pointer)
  if (!found) throw misfit()
  const { container, key } = found
  if (Array.isArray(container)) container.splice(indexOf(container, key, false), 1)
  else if (Object.hasOwn(container, key)) delete container[key]
  else throw misfit()
}
