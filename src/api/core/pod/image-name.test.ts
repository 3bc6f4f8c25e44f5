import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseImage } from './image-name.ts'

const DIGEST = `sha256:${'0'.repeat(64)}`

test('names of images are taken apart', () => {
  const cases: [image: string, name: string | undefined, tag?: string, digest?: string][] = [
    ['nginx', 'docker.io/library/nginx'],
    ['index.docker.io/a/b:1', 'docker.io/a/b', '1'],
    ['localhost/a', 'localhost/a'],
    ['registry:5000/a/b:x@' + DIGEST, 'registry:5000/a/b', 'x', DIGEST],
    ['[::1]:5000/a', '[::1]:5000/a'],
    ['UPPER/a', 'UPPER/a'],
    ['a/UPPER', undefined],
    ['a:b:c', undefined],
    ['a__b', 'docker.io/library/a__b'],
    ['a___b', undefined],
    ['0'.repeat(64), undefined],
    ['', undefined],
  ]
  for (const [image, name, tag, digest] of cases) assert.deepEqual(parseImage(image), name === undefined ? undefined : { name, tag, digest }, image)
})
