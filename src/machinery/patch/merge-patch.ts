import { badRequest } from '../status.ts'
import { cloneJson, goKind, isObject, setOwn, type JsonObject } from './json-value.ts'

/** RFC 7386: objects merge, null removes, everything else replaces. The document is not changed. */
export function applyMergePatch(document: unknown, patch: unknown): unknown {
  if (patch === null || patch === undefined) throw badRequest('Invalid JSON Patch')
  if (!isObject(patch)) throw badRequest(`error decoding patch: json: cannot unmarshal ${goKind(patch)} into Go value of type map[string]interface {}`)
  return merge(document, patch)
}

function merge(target: unknown, patch: JsonObject): JsonObject {
  const merged: JsonObject = isObject(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key]
    else setOwn(merged, key, isObject(value) ? merge(merged[key], value) : cloneJson(value))
  }
  return merged
}
