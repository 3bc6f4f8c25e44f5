import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CustomResourceDefinitions as kind, type CustomResourceDefinition } from './custom-resource-definition.ts'

type Version = CustomResourceDefinition['spec']['versions'][number]
const version = (name: string, more: object = {}): Version => ({ name, served: true, storage: name === 'v1', schema: { openAPIV3Schema: { type: 'object' } }, ...more }) as Version
const definition = (versions: Version[], more: object = {}): CustomResourceDefinition => {
  const object = {
    apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'widgets.example.com' },
    spec: { group: 'example.com', scope: 'Namespaced', names: { plural: 'widgets', kind: 'Widget' }, versions, ...more }, status: {},
  } as unknown as CustomResourceDefinition
  kind.defaults!(object)
  kind.prepareForCreate!(object)
  return object
}
const texts = (object: CustomResourceDefinition): string[] => kind.validate!(object, { now: 0, isNew: true }).map(({ field, message }) => `${field}: ${message}`)

test('what is left open is filled in', () => {
  const { spec, status } = definition([version('v1')])
  assert.deepEqual([spec.names.singular, spec.names.listKind, spec.conversion, status.storedVersions], ['widget', 'WidgetList', { strategy: 'None' }, ['v1']])
  assert.deepEqual(texts(definition([version('v1')])), [])
})

test('messages name the definition where all versions agree, and the version where they do not', () => {
  const scale = (path: string): object => ({ subresources: { scale: { specReplicasPath: path, statusReplicasPath: '.status.replicas' } } })
  assert.deepEqual(texts(definition([version('v1', scale('.x'))])), ['spec.subresources.scale.specReplicasPath: Invalid value: ".x": should be a json path under .spec'])
  assert.deepEqual(texts(definition([version('v1', scale('.spec.n')), version('v2', scale('.x'))])), [
    'spec.versions[1].subresources.scale.specReplicasPath: Invalid value: ".x": should be a json path under .spec',
  ])
})

test('a version that objects are stored in stays', () => {
  const old = definition([version('v1'), version('v2')])
  const next = definition([version('v2', { storage: true })])
  next.status = old.status
  kind.prepareForUpdate!(next, old)
  assert.deepEqual(next.status.storedVersions, ['v1', 'v2'])
  assert.match(kind.validateUpdate!(next, old, { now: 0, isNew: false })[0]!.message, /^Invalid value: "v1": missing from spec.versions; v1 was previously a storage version/)
})

test("the community's groups need its approval", () => {
  const at = (annotation?: string): string[] => {
    const object = definition([version('v1')], { group: 'x.k8s.io' })
    object.metadata = { name: 'widgets.x.k8s.io', ...(annotation && { annotations: { 'api-approved.kubernetes.io': annotation } }) } as unknown as CustomResourceDefinition['metadata']
    return texts(object).map(text => text.slice(0, 70))
  }
  for (const fine of ['https://github.com/x/y/pull/1', 'unapproved, experimental']) assert.deepEqual(at(fine), [], fine)
  for (const wrong of [undefined, 'yes', '/pull/1']) assert.equal(at(wrong).length, 1, String(wrong))
})
