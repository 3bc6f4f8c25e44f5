import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Schema, TypeNode } from '../../src/machinery/schema/schema.ts'

const root = fileURLToPath(new URL('../../src/api/', import.meta.url))

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null && (value as TypeNode).type === 'object' && 'fields' in value

/** Every type that src/api declares, by its OpenAPI name. */
export async function everySchema(): Promise<Map<string, Schema>> {
  const found = new Map<string, Schema>()
  for (const file of readdirSync(root, { recursive: true }) as string[]) {
    if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue
    const module = (await import(root + file)) as Record<string, unknown>
    for (const value of Object.values(module)) if (isSchema(value)) found.set(value.name, value)
  }
  return found
}
