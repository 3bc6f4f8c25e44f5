import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { resources } from '../src/api/index.ts'
import { apiVersionOf } from '../src/api/resource.ts'
import { decode } from '../src/machinery/schema/decode.ts'

const directory = new URL('../examples/', import.meta.url)

for (const file of readdirSync(directory).filter(name => name.endsWith('.yaml'))) {
  test(`examples/${file} says only what its kinds have`, () => {
    const documents = parseAllDocuments(readFileSync(new URL(file, directory), 'utf8'), { version: '1.1' })
    assert.ok(Array.isArray(documents) && documents.length > 0)
    for (const document of documents) {
      assert.deepEqual(document.errors, [])
      const object = document.toJS() as { kind: string; apiVersion: string }
      const resource = resources.find(candidate => candidate.kind === object.kind && apiVersionOf(candidate) === object.apiVersion)
      assert.ok(resource, `${object.apiVersion} ${object.kind}`)
      assert.deepEqual(decode(resource.schema, object, {}).problems, [])
    }
  })
}
