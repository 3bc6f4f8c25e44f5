/** The texts of one model: of the type and of its fields, by JSON name. */
export interface ModelText {
  readonly type: string | undefined
  readonly fields: ReadonlyMap<string, string>
}

const CLASS = /\/\*\*\s*\n\s*\*\s?(.*?)\s*\n\s*\*\/\s*\nexport (?:declare )?class (\w+)/s
const FIELD = /\/\*\*\s*\n\s*\*\s?([^\n]*(?:\n\s*\*(?!\/)[^\n]*)*?)\s*\n\s*\*\/\s*\n\s*'([^']+)'\??:/g

const clean = (text: string): string => text.replace(/\n\s*\*\s?/g, '\n').replace(/\\(['"\\])/g, '$1').replaceAll('*_/', '*/').replaceAll('/_*', '/*').trim()

/** Reads the texts out of a model's source in `@kubernetes/client-node` (`dist/gen/models/<name>.d.ts`). */
export function readModelText(source: string): ModelText {
  const header = CLASS.exec(source)
  const body = header ? source.slice(header.index + header[0].length) : source
  const fields = new Map<string, string>()
  for (const [, text, name] of body.matchAll(FIELD)) {
    fields.set(jsonName(name!), clean(text!))
  }
  // The file's banner ends before the class's own comment begins.
  const type = header ? clean(header[1]!.slice(header[1]!.lastIndexOf('/**') + 1).replace(/^\*\*?\s*\n?\s*\*?\s?/, '')) : undefined
  return { type, fields }
}

/** Names that are no identifiers in TypeScript are spelt differently there. */
const jsonName = (name: string): string => (name.startsWith('x_kubernetes_') ? name.replaceAll('_', '-') : name.replace(/^_(?=[a-z])/, name === '_ref' || name === '_schema' ? '$' : ''))

/** The files that may hold the model of an OpenAPI type. Names that two groups share have the group before them; a file without it is then an old one. */
export function modelFilesOf(typeName: string): string[] {
  const parts = typeName.split('.')
  const [group, version, name] = parts.slice(-3) as [string, string, string]
  const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
  return [`${capital(group)}${capital(version)}${name}.d.ts`, `${capital(version)}${name}.d.ts`]
}

/**
 * The texts of types and fields, read when first asked for. `readFile` is given a file's name below `dist/gen/models` and answers its text, or
 * undefined where there is none. Fields that refer to another type have no text there.
 */
export function describer(readFile: (name: string) => string | undefined): (type: string, field?: string) => string | undefined {
  const models = new Map<string, ModelText | undefined>()
  const modelOf = (type: string): ModelText | undefined => {
    if (!models.has(type)) {
      const source = modelFilesOf(type).map(readFile).find(text => text !== undefined)
      models.set(type, source === undefined ? undefined : readModelText(source))
    }
    return models.get(type)
  }
  return (type, field) => (field === undefined ? modelOf(type)?.type : modelOf(type)?.fields.get(field))
}
