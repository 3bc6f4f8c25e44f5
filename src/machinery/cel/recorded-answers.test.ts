/**
 * What kube-apiserver 1.36.2 answered to expressions: a ValidatingAdmissionPolicy that evaluated each of them told the value (as `%s` formats it),
 * what it failed with, or why it was refused.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { DYN, compile, evaluateAsync, extend, kubernetesEnvironment } from './index.ts'
import { AUTHORIZER_TYPE, AuthorizerValue, RESOURCE_CHECK_TYPE, ResourceCheck } from './library/authorizer.ts'

type Answer = { readonly is: string } | { readonly fails: string } | { readonly refused: string }

const answers = JSON.parse(readFileSync(join(import.meta.dirname, 'recorded-answers.json'), 'utf8')) as Readonly<Record<string, Answer>>
const env = extend(kubernetesEnvironment, { variables: { object: DYN, authorizer: AUTHORIZER_TYPE, 'authorizer.requestResource': RESOURCE_CHECK_TYPE } })
const authorizer = new AuthorizerValue(async ({ serviceAccount }) => ({ allowed: serviceAccount === undefined }))
const activation = {
  object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'cel', labels: { app: 'x' } }, data: { k: 'v', n: '1' } },
  authorizer, 'authorizer.requestResource': new ResourceCheck(authorizer, { group: '', resource: 'configmaps' }),
}

async function answerTo(expression: string): Promise<Answer> {
  const typed = compile(`type(dyn(${expression})) == type(dyn(type))`, env)
  if (typed.error) return { refused: typed.error.message }
  const outcome = await evaluateAsync(typed.program, activation, { limit: 1_000_000 })
  if (outcome.error !== undefined) return { fails: outcome.error }
  const shown = compile(`"%s".format([dyn(${expression})])`, env)
  assert(shown.program, expression)
  const { value } = await evaluateAsync(shown.program, activation, { limit: 1_000_000 })
  return { is: String(value).trim() }
}

test(`${Object.keys(answers).length} expressions as the reference server evaluates them`, async () => {
  for (const [expression, answer] of Object.entries(answers)) {
    const expected = 'is' in answer ? { is: answer.is.trim() } : answer
    assert.deepEqual(await answerTo(expression), expected, expression)
  }
})
