import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readKubeconfig } from './kubeconfig.ts'

const file = `
apiVersion: v1
kind: Config
current-context: one
contexts:
- {name: one, context: {cluster: c, user: u, namespace: team}}
- {name: two, context: {cluster: c, user: missing}}
clusters:
- name: c
  cluster: {server: 'https://127.0.0.1:6443/', certificate-authority-data: ${btoa('CA')}}
users:
- name: u
  user: {client-certificate: cert.pem, client-key-data: ${btoa('KEY')}}
`

test('data is decoded, files are asked for, the context says which namespace', () => {
  assert.deepEqual(readKubeconfig(file, { readFile: path => `<${path}>` }), {
    server: 'https://127.0.0.1:6443', namespace: 'team', ca: 'CA', cert: '<cert.pem>', key: 'KEY',
  })
})

test('what is missing is named', () => {
  assert.throws(() => readKubeconfig(file, { context: 'three' }), /no context "three"/)
  assert.throws(() => readKubeconfig(file, { context: 'two' }), /no user "missing"/)
  assert.throws(() => readKubeconfig(file), /cert.pem, but files cannot be read/)
  assert.throws(() => readKubeconfig(''), /no current-context/)
})
