import { TYPE, typeType } from './types.ts'
import { TypeValue } from './values.ts'
import type { FunctionDeclaration, Library } from './declarations.ts'
import type { Macro } from './macros.ts'
import type { Type } from './types.ts'
import type { Value } from './values.ts'

/** What expressions may speak of. Immutable: `extend` makes another one. */
export interface Environment {
  readonly variables: ReadonlyMap<string, Type>
  readonly functions: ReadonlyMap<string, FunctionDeclaration>
  readonly macros: readonly Macro[]
  /** Types by name. */
  readonly types: ReadonlyMap<string, Type>
  /** Types that cannot be listed: whole families of names. */
  readonly resolvers: readonly ((name: string) => Type | undefined)[]
  readonly constants: ReadonlyMap<string, Value>
  /** The namespace in which names are looked up first. */
  readonly container: string
  readonly options: EnvironmentOptions
}

export interface EnvironmentOptions {
  /** `a.?b` and its kin. */
  readonly optionals?: boolean
  /** a.`b-c`: fields in quotes. */
  readonly quotedFields?: boolean
  /** Literals are checked: durations, timestamps, patterns and formats must be sound, elements of lists and maps of one type. */
  readonly checkLiterals?: boolean
}

export interface Extension {
  readonly variables?: Readonly<Record<string, Type>>
  readonly libraries?: readonly Library[]
  readonly types?: readonly Type[]
  readonly container?: string
  readonly options?: EnvironmentOptions
}

const EMPTY: Environment = { variables: new Map(), functions: new Map(), macros: [], types: new Map(), resolvers: [], constants: new Map(), container: '', options: {} }

/** An environment with nothing but what is given. */
export const environment = (extension: Extension): Environment => extend(EMPTY, extension)

/** The environment with more in it. Overloads of one function add up; of two with the same id the later counts. */
export function extend(base: Environment, { variables = {}, libraries = [], types = [], container, options }: Extension): Environment {
  const functions = new Map(base.functions)
  for (const declaration of libraries.flatMap(library => library.functions ?? [])) {
    functions.set(declaration.name, merged(functions.get(declaration.name), declaration))
  }
  return {
    variables: new Map([...base.variables, ...Object.entries(variables)]),
    functions,
    macros: [...base.macros, ...libraries.flatMap(library => library.macros ?? [])],
    types: new Map([...base.types, ...[...libraries.flatMap(library => library.types ?? []), ...types].map(type => [type.name, type] as const)]),
    resolvers: [...base.resolvers, ...libraries.flatMap(library => library.resolveType ?? [])],
    constants: new Map([...base.constants, ...libraries.flatMap(library => Object.entries(library.constants ?? {}))]),
    container: container ?? base.container,
    options: { ...base.options, ...options },
  }
}

function merged(known: FunctionDeclaration | undefined, added: FunctionDeclaration): FunctionDeclaration {
  if (!known) return added
  const ids = new Set(added.overloads.map(({ id }) => id))
  return { ...known, ...added, overloads: [...known.overloads.filter(({ id }) => !ids.has(id)), ...added.overloads] }
}

/** The full names that a name may mean, the most local first; a leading dot says that it is full. */
export function candidates(container: string, name: string): string[] {
  if (name.startsWith('.')) return [name.slice(1)]
  const names: string[] = []
  for (let prefix = container; prefix !== ''; prefix = prefix.slice(0, Math.max(0, prefix.lastIndexOf('.')))) names.push(`${prefix}.${name}`)
  return [...names, name]
}

/** What a name stands for. */
export interface Declared {
  readonly name: string
  readonly type: Type
  /** A constant or a type; variables have none. */
  readonly value?: Value
}

export function lookUp(env: Environment, name: string): Declared | undefined {
  for (const candidate of candidates(env.container, name)) {
    const variable = env.variables.get(candidate)
    if (variable) return { name: candidate, type: variable }
    const type = env.types.get(candidate) ?? env.resolvers.values().map(resolve => resolve(candidate)).find(found => found !== undefined)
    if (type) return { name: candidate, type: type === TYPE ? TYPE : typeType(type), value: new TypeValue(type) }
    const constant = env.constants.get(candidate)
    if (constant !== undefined) return { name: candidate, type: constantType(constant), value: constant }
  }
  return undefined
}

const INT_TYPE: Type = { kind: 'int', name: 'int', params: [] }
/** Constants are enum values: ints. */
const constantType = (_value: Value): Type => INT_TYPE

export function lookUpFunction(env: Environment, name: string): FunctionDeclaration | undefined {
  for (const candidate of candidates(env.container, name)) {
    const found = env.functions.get(candidate)
    if (found) return found
  }
  return undefined
}
