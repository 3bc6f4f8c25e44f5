import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Files } from '../host/files.ts'
import { describer } from '../machinery/schema/descriptions.ts'

/**
 * The texts that `kubectl explain` shows. They are read from the comments of client-node's models, all at once, when somebody first asks for
 * OpenAPI; where that library is not installed there are none.
 */
export function createDescriptions(files: Files): () => Promise<ReturnType<typeof describer>> {
  let loading: Promise<ReturnType<typeof describer>> | undefined
  return () => (loading ??= load(files))
}

async function load(files: Files): Promise<ReturnType<typeof describer>> {
  const folder = modelsFolder()
  if (folder === undefined || !(await files.exists(folder))) return describer(() => undefined)
  const names = (await files.list(folder)).map(({ name }) => name).filter(name => name.endsWith('.d.ts'))
  const texts = new Map(await Promise.all(names.map(async name => [name, await files.readText(join(folder, name))] as const)))
  return describer(name => texts.get(name))
}

function modelsFolder(): string | undefined {
  try {
    return join(dirname(fileURLToPath(import.meta.resolve('@kubernetes/client-node'))), 'gen', 'models')
  } catch {
    return undefined
  }
}
