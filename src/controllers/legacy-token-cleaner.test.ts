import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Secret } from '../api/core/secret.ts'
import { planLegacyToken } from './legacy-token-cleaner.ts'

const day = (text: string): number => Date.parse(`${text}T00:00:00Z`)
const LAST_USED = 'kubernetes.io/legacy-token-last-used'
const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since'

test('a token that nobody used for a year is marked, and goes after another', () => {
  const now = day('2026-06-01')
  const secret = (created: string, labels?: Record<string, string>) => ({ metadata: { name: 's', creationTimestamp: `${created}T00:00:00Z`, ...(labels && { labels }) } }) as unknown as Secret
  const cases: readonly [string, Secret, string, string][] = [
    ['never used', secret('2023-01-01'), '2024-01-01', 'invalidate'], ['tracked for less than a year', secret('2023-01-01'), '2025-06-01', 'keep'], ['nobody knows since when', secret('2023-01-01'), 'soon', 'keep'], ['young', secret('2025-07-01'), '2024-01-01', 'keep'],
    ['used lately', secret('2023-01-01', { [LAST_USED]: '2026-01-01' }), '2024-01-01', 'keep'], ['used long ago', secret('2023-01-01', { [LAST_USED]: '2025-01-01' }), '2024-01-01', 'invalidate'], ['used nobody knows when', secret('2023-01-01', { [LAST_USED]: 'x' }), '2024-01-01', 'keep'],
    ['marked lately', secret('2023-01-01', { [INVALID_SINCE]: '2026-01-01' }), '2024-01-01', 'keep'], ['marked long ago', secret('2023-01-01', { [INVALID_SINCE]: '2025-01-01' }), '2024-01-01', 'delete'], ['marked with nonsense', secret('2023-01-01', { [INVALID_SINCE]: 'x' }), '2024-01-01', 'invalidate'],
  ]
  for (const [name, each, since, act] of cases) assert.equal(planLegacyToken(each, day(since), now).act, act, name)
})
