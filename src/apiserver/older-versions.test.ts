import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isOlderVersion } from './older-versions.ts'

test('versions of before are known with their kinds', () => {
  const cases: readonly [apiVersion: string, kind: string, older: boolean][] = [
    ['networking.k8s.io/v1beta1', 'Ingress', true], ['networking.k8s.io/v1', 'Ingress', false], ['networking.k8s.io/v1beta1', 'NetworkPolicy', false],
    ['apps/v1beta2', 'DaemonSet', true], ['apps/v1beta1', 'DaemonSet', false], ['banana/v1', 'Ingress', false],
  ]
  for (const [apiVersion, kind, older] of cases) assert.equal(isOlderVersion(apiVersion, kind), older, `${apiVersion} ${kind}`)
})
