import type { AnyResource, KubeObject } from '../api/resource.ts'
import { sameJson } from '../api/validation.ts'
import type { ObjectMeta } from '../api/meta/object-meta.ts'
import { Timestamps, type Clock } from '../machinery/clock.ts'
import { nameSuffix, type Random } from '../machinery/random.ts'
import { alreadyExists, badRequest, conflict, invalid, notFound, StatusError, type Cause } from '../machinery/status.ts'
import { decode } from '../machinery/schema/decode.ts'
import { resolve, type Schema } from '../machinery/schema/schema.ts'
import { storedForm } from '../machinery/schema/stored.ts'
import type { Admission } from './admission-chain.ts'
import { hasSubresource, isDryRun, nameOf, servedOf, withMeta, type Call } from './call.ts'
import type { KindHooks } from './hooks.ts'
import type { FieldTracker } from './field-tracker.ts'
import { orderedCauses, rulesOfCreate } from './meta-rules.ts'
import { metaChecks, validateAnyMeta, validateMetaUpdate, withoutRepeatedOwners } from './object-meta.ts'
import { primeJson } from './representation/bytes.ts'
import { keyOf, type Entry, type Stores } from './stores.ts'
import { needsVersion } from './strategies.ts'
import { toServedVersion } from './versions.ts'

/** Random characters at the end of a generated name, and how long the rest may be. */
const SUFFIX_LENGTH = 5
const LONGEST_BASE = 63 - SUFFIX_LENGTH
const NAME_ATTEMPTS = 8
const EVENT_TTL_MS = 3_600_000

export interface RegistryParts {
  readonly clock: Clock
  readonly random: Random
  readonly admission: Admission
  readonly fields: FieldTracker
  readonly hooks: KindHooks
  readonly stores: Stores
}

/** How an update makes the next object out of what is there. */
export interface Change {
  /** The new object, the caller's own. Called again when somebody else was faster. */
  next(current: KubeObject): KubeObject | Promise<KubeObject>
  /** Makes the object when there is none; absent: 404. */
  missing?(): KubeObject | Promise<KubeObject>
  /** The subresource whose rules hold; absent: the object's own. */
  readonly subresource?: string
  /** Server-side apply books its fields itself. */
  readonly applied?: boolean
  /** A PUT names the object it means with its uid. */
  readonly checksUid?: boolean
  /** Goes on from whatever is there, also for kinds whose updates must say which version they mean. */
  readonly unconditional?: boolean
  /** Done by the server itself: no admission, no managed fields. */
  readonly internal?: boolean
}

/** What every kind goes through on its way into the store. A kind adds hooks, never a path of its own. */
export class Registry {
  readonly #parts: RegistryParts
  readonly #times: Timestamps

  constructor(parts: RegistryParts) {
    this.#parts = parts
    this.#times = new Timestamps(parts.clock)
  }

  /** The object as it is now: no write acknowledged before the call is missed. */
  async get(resource: AnyResource, namespace: string | undefined, name: string): Promise<Entry> {
    return this.#parts.stores.current(resource, namespace, name)
  }

  async create(call: Call, draft: KubeObject, applied = false): Promise<KubeObject> {
    const { resource } = call
    const { admission, fields, hooks, random } = this.#parts
    matchNamespace(call, draft)
    const generated = !draft.metadata.name && draft.metadata.generateName
    this.#clearStatus(resource, draft)
    withoutServersOwn(draft.metadata)
    if (!applied) fields.created(call, draft)
    await admission.mutate(call, 'CREATE', draft, undefined)
    this.#fillIn(call, draft)
    if (generated) draft.metadata.name = generatedName(draft.metadata.generateName!, random)
    await using reserved = await hooks.reserve(resource, draft, undefined, isDryRun(call))
    if (resource.generationOf && !resource.keepsGenerationOnCreate) draft.metadata.generation = 1
    resource.prepareForCreate?.(draft, this.#parts.clock.now(), warning => call.warnings.add(warning))
    const rules = rulesOf(call)
    const causes = rules.resource.validate?.(rules.view(draft), { ...this.#context(), isNew: true }) ?? []
    this.#refuse(resource, draft, [...metaChecks(resource, draft.metadata)[rulesOfCreate(rules.resource)]!(), ...causes])
    this.#refuse(resource, draft, validateAnyMeta(resource, draft.metadata))
    this.#warn(call, draft, undefined)
    await admission.validate(call, 'CREATE', draft, undefined)
    if (!isDryRun(call)) refuseVersion(draft)
    const stored = await this.#insert(call, storedForm(resource.schema as Schema<KubeObject>, draft), Boolean(generated))
    reserved.commit()
    return stored
  }

  async #insert(call: Call, draft: KubeObject, generated: boolean): Promise<KubeObject> {
    const { resource } = call
    const { random, stores } = this.#parts
    const store = stores.of(resource)
    for (let attempt = 1; ; attempt++) {
      const key = keyOf(resource, draft.metadata.namespace, draft.metadata.name)
      if (isDryRun(call)) {
        await stores.fresh(resource)
        if (!store.get(key)) return draft
      } else {
        const result = await store.create(key, draft, ttlOf(resource))
        if (result.written) {
          if (call.encoded) primeJson(resource, result.entry, result.value)
          return result.entry.object
        }
      }
      if (!generated || attempt === NAME_ATTEMPTS) {
        const there = store.get(key)
        if (there?.object.metadata.deletionTimestamp !== undefined) throw beingDeleted(servedOf(call), draft.metadata.name)
        throw alreadyExists(servedOf(call), draft.metadata.name)
      }
      draft = withMeta(draft, { name: generatedName(draft.metadata.generateName!, random) })
    }
  }

  /** Replaces an object by what `change` makes of it, over and over until nobody was faster. */
  async update(call: Call, change: Change): Promise<{ object: KubeObject; created: boolean }> {
    const { resource } = call
    const { stores } = this.#parts
    const store = stores.of(resource)
    const name = nameOf(call)
    const key = keyOf(resource, call.namespace, name)
    await stores.fresh(resource)
    for (;;) {
      const current = store.get(key)
      if (!current) {
        if (!change.missing) throw notFound(servedOf(call), name)
        const draft = await change.missing()
        matchName(call, draft)
        if (change.checksUid && draft.metadata.uid) throw uidMismatch(call, draft, key, '')
        return { object: await this.create({ ...call, verb: 'create' }, draft, change.applied), created: true }
      }
      const object = await this.#replace(call, change, key, current)
      if (object) return { object, created: false }
      await stores.fresh(resource)
    }
  }

  /** Undefined: somebody else was faster, and the caller did not say which version it meant. */
  async #replace(call: Call, change: Change, key: string, current: Entry): Promise<KubeObject | undefined> {
    const { resource } = call
    const { admission, fields, hooks, stores } = this.#parts
    const store = stores.of(resource)
    const old = current.object
    let draft = await change.next(old)
    matchName(call, draft)
    matchNamespace(call, draft)
    if (change.checksUid && draft.metadata.uid && draft.metadata.uid !== old.metadata.uid) throw uidMismatch(call, draft, key, old.metadata.uid)
    const version = statedVersion(resource, draft, change.unconditional ?? change.internal ?? false)
    if (version !== undefined && version !== String(current.revision)) throw modified(servedOf(call), old.metadata.name)
    this.#carryOver(call, draft, old)
    this.#keepOtherHalf(resource, draft, old, change.subresource)
    if (!change.internal) {
      if (!change.applied) fields.updated(call, draft, old, change.subresource)
      await admission.mutate(call, 'UPDATE', draft, old)
    }
    await using reserved = await hooks.reserve(resource, draft, old, isDryRun(call))
    if (change.subresource) resource.prepareForSubresource?.(draft, old, change.subresource, this.#parts.clock.now())
    else resource.prepareForUpdate?.(draft, old, this.#parts.clock.now())
    if (!change.internal) this.#setGeneration(resource, draft, old, change.subresource)
    if (!change.internal) this.#validateUpdate(call, draft, old, change.subresource)
    if (!change.internal) await admission.validate(call, 'UPDATE', draft, old)
    draft = storedForm(resource.schema as Schema<KubeObject>, draft)
    const isReleased = isLastRelease(draft, old)
    if (!isReleased && fields.unchanged(draft, old) && !(await stores.isStale(key))) return old
    if (isReleased) {
      if (isDryRun(call)) return draft
      if ((await store.delete(key, current.revision)).written) {
        reserved.commit()
        await hooks.released(resource, old)
        return draft
      }
    } else {
      if (isDryRun(call)) return draft
      const result = await store.update(key, current.revision, draft, ttlOf(resource))
      if (result.written) {
        reserved.commit()
        if (call.encoded) primeJson(resource, result.entry, result.value)
        return result.entry.object
      }
    }
    if (version !== undefined) throw modified(servedOf(call), old.metadata.name)
    return undefined
  }

  #validateUpdate(call: Call, draft: KubeObject, old: KubeObject, subresource: string | undefined): void {
    const { resource } = call
    const rules = rulesOf(call)
    const [next, before] = [rules.view(draft), rules.view(old)]
    const context = { ...this.#context(), isNew: false, ...(subresource && { subresource }) }
    const isStatus = subresource === 'status'
    const causes = orderedCauses(rules.resource, subresource, {
      ...metaChecks(resource, draft.metadata, old.metadata),
      V: () => rules.resource.validate?.(next, context) ?? [],
      X: () => (isStatus ? rules.resource.validateStatusUpdate : rules.resource.validateUpdate)?.(next, before, context) ?? [],
    })
    this.#refuse(resource, draft, [...validateAnyMeta(resource, draft.metadata), ...validateMetaUpdate(draft.metadata, old.metadata), ...causes])
    if (!isStatus) this.#warn(call, draft, old)
    else for (const warning of resource.statusWarnings?.(draft, old) ?? []) call.warnings.add(warning)
  }

  #context(): { now: number } {
    return { now: this.#parts.clock.now() }
  }

  #refuse(resource: AnyResource, object: KubeObject, causes: readonly Cause[]): void {
    if (causes.length > 0) throw invalid(resource, object.metadata.name ?? '', causes)
  }

  #warn(call: Call, object: KubeObject, old: KubeObject | undefined): void {
    for (const warning of call.resource.warnings?.(object, old) ?? []) call.warnings.add(warning)
  }

  /** What only the server sets on a new object. */
  #fillIn(call: Call, draft: KubeObject): void {
    const { random } = this.#parts
    const meta = draft.metadata
    const { owners, repeated } = withoutRepeatedOwners(meta)
    if (repeated.length > 0) call.warnings.add(repeatedOwners(repeated))
    if (meta.ownerReferences) meta.ownerReferences = owners!
    const { name, generateName, namespace, labels, annotations, ownerReferences, finalizers, managedFields, resourceVersion, generation } = meta
    draft.metadata = {
      name, ...(generateName && { generateName }), ...(call.resource.namespaced ? { namespace: namespace || call.namespace } : namespace ? { namespace } : {}),
      uid: random.uuid(), ...(resourceVersion && { resourceVersion }), ...(generation !== undefined && { generation }), creationTimestamp: this.#times.now(),
      ...(labels && { labels }), ...(annotations && { annotations }), ...(ownerReferences && { ownerReferences }), ...(finalizers && { finalizers }),
      ...(managedFields && { managedFields }),
    } as ObjectMeta
  }

  /** What an update cannot change is taken over from what is there, where upstream ignores it rather than refuse it. */
  #carryOver(call: Call, draft: KubeObject, old: KubeObject): void {
    const meta = draft.metadata
    const { owners, repeated } = withoutRepeatedOwners(meta)
    if (repeated.length > 0) call.warnings.add(repeatedOwners(repeated))
    delete meta.selfLink
    const before = old.metadata
    draft.metadata = {
      ...meta, uid: meta.uid || before.uid, creationTimestamp: before.creationTimestamp, resourceVersion: before.resourceVersion,
      ...(meta.ownerReferences && { ownerReferences: owners }),
      ...(before.deletionTimestamp !== undefined && { deletionTimestamp: before.deletionTimestamp }),
      ...(before.deletionGracePeriodSeconds !== undefined && meta.deletionGracePeriodSeconds === undefined && { deletionGracePeriodSeconds: before.deletionGracePeriodSeconds }),
    } as ObjectMeta
    if (call.resource.namespaced) draft.metadata.namespace = before.namespace
  }

  /** The main resource leaves the status alone, `status` leaves everything else alone. */
  #keepOtherHalf(resource: AnyResource, draft: KubeObject, old: KubeObject, subresource: string | undefined): void {
    const into = draft as unknown as Record<string, unknown>
    const from = old as unknown as Record<string, unknown>
    if (subresource === 'status') {
      for (const part of new Set([...Object.keys(into), ...Object.keys(from)])) if (part !== 'status' && part !== 'metadata') keep(into, from, part)
    } else if (hasSubresource(resource, 'status') && subresource === undefined) keep(into, from, 'status')
  }

  #setGeneration(resource: AnyResource, draft: KubeObject, old: KubeObject, subresource: string | undefined): void {
    const before = old.metadata.generation
    // A status may come with annotations (a deployment's revision): they are no change of what is wanted.
    const changed = subresource !== 'status' && resource.generationOf !== undefined && !sameJson(resource.generationOf(draft), resource.generationOf(old))
    const generation = changed ? (before ?? 0) + 1 : before
    if (generation === undefined) delete draft.metadata.generation
    else draft.metadata.generation = generation
  }

  /** Status is for the cluster to say; few kinds are let in with one. */
  #clearStatus(resource: AnyResource, draft: KubeObject): void {
    if (!hasSubresource(resource, 'status') || resource.keepsStatusOnCreate) return
    const into = draft as unknown as Record<string, unknown>
    const field = (resource.schema as Schema).fields['status']
    const target = field && resolve(field.node)
    if (field?.value && target?.type === 'object') into['status'] = decode(target, {}).object
    else delete into['status']
  }
}

/** The kind whose rules hold: the one that was asked for, and how it sees the stored object. */
function rulesOf(call: Call): { resource: AnyResource; view<T extends KubeObject>(object: T): T } {
  const resource = servedOf(call)
  return { resource, view: object => toServedVersion(resource, object) }
}

/** What clients cannot say of a new object is forgotten before anything looks at it. */
function withoutServersOwn(meta: Partial<ObjectMeta>): void {
  for (const part of ['uid', 'creationTimestamp', 'selfLink', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const) delete meta[part]
}

function keep(into: Record<string, unknown>, from: Record<string, unknown>, part: string): void {
  if (from[part] === undefined) delete into[part]
  else into[part] = from[part]
}

const ttlOf = (resource: AnyResource): { ttlMs?: number } => (resource.storagePrefix === 'events' ? { ttlMs: EVENT_TTL_MS } : {})
const generatedName = (base: string, random: Random): string => base.slice(0, LONGEST_BASE) + nameSuffix(random, SUFFIX_LENGTH)
const repeatedOwners = (uids: readonly string[]): string =>
  `.metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${uids.join(', ')}`

/** Whether this update lets go of an object that only waited for it: no finalizer is left, and no time to die. */
function isLastRelease(next: KubeObject, old: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds } = old.metadata
  if ((next.metadata.finalizers?.length ?? 0) > 0 || deletionTimestamp === undefined) return false
  if (next.kind !== 'Namespace') return deletionGracePeriodSeconds === 0
  return !(next as unknown as { spec?: { finalizers?: string[] } }).spec?.finalizers?.length
}

function matchNamespace(call: Call, draft: KubeObject): void {
  if (!call.resource.namespaced) return void delete (draft.metadata as Partial<ObjectMeta>).namespace
  if (draft.metadata.namespace && draft.metadata.namespace !== call.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
  draft.metadata.namespace = call.namespace!
}

/** The name in a body must be the one in the URL. */
export function matchName(call: Call, draft: KubeObject): void {
  const name = nameOf(call)
  if (!draft.metadata.name) throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)
  if (draft.metadata.name !== name) throw badRequest(`the name of the object (${draft.metadata.name}) does not match the name on the URL (${name})`)
}

/** The version that an update is made from; undefined: whatever is there. */
function statedVersion(resource: AnyResource, draft: KubeObject, unconditional: boolean): string | undefined {
  const version = draft.metadata.resourceVersion
  if (version && !/^\d+$/.test(version)) throw new StatusError('', `strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`)
  if (version && version !== '0') return version
  if (unconditional || !needsVersion(resource)) return undefined
  // Upstream names the resource where its other refusals name the kind.
  throw invalid({ group: resource.group, kind: resource.plural }, draft.metadata.name, [{ reason: 'FieldValueInvalid', message: 'Invalid value: 0: must be specified for an update', field: 'metadata.resourceVersion' }])
}

function refuseVersion(draft: KubeObject): void {
  const version = draft.metadata.resourceVersion
  if (version && version !== '0') throw new StatusError('', 'resourceVersion should not be set on objects to be created')
  delete (draft.metadata as Partial<ObjectMeta>).resourceVersion
}

const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again'
/** The 409 of an update made from a version that is no longer the newest. */
export const modified = (resource: AnyResource, name: string): StatusError => conflict(resource, name, MODIFIED)

/** A dry run does not know where in the store it is. */
const uidMismatch = (call: Call, { metadata }: KubeObject, key: string, there: string): StatusError =>
  conflict(call.resource, nameOf(call), `StorageError: invalid object, Code: 4, Key: ${isDryRun(call) ? key.replace(/^\/registry/, '') : key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${there}`)

function beingDeleted(resource: AnyResource, name: string): StatusError {
  const { details } = alreadyExists(resource, name)
  return new StatusError('AlreadyExists', `object is being deleted: ${alreadyExists(resource, name).message}`, details)
}
