import { environment } from './environment.ts'
import { kubernetesLibraries } from './library/index.ts'
import type { Environment } from './environment.ts'

/** Kubernetes 1.36's environment, without any variables: `extend` it with those of the place where expressions stand. */
export const kubernetesEnvironment: Environment = environment({
  libraries: kubernetesLibraries,
  options: { optionals: true, checkLiterals: true },
})

/** What one evaluation may cost at most. */
export const PER_CALL_LIMIT = 1_000_000
/** What all evaluations of one request's policies, or of one object's rules, may cost together. */
export const RUNTIME_BUDGET = 10_000_000
/** What all match conditions of one webhook or policy may cost together. */
export const MATCH_CONDITIONS_BUDGET = 2_500_000
export const COST_EXCEEDED = 'operation cancelled: actual cost limit exceeded'

export { extend } from './environment.ts'
export { compile, evaluate, evaluateAsync } from './program.ts'
export { Lazy } from './frame.ts'
export { fromJson, toJson } from './json-values.ts'
export * from './types.ts'
export * from './values.ts'
export type { Environment, Extension } from './environment.ts'
export type { Activation } from './frame.ts'
export type { Compiled, CompileError, Outcome, Program } from './program.ts'
export type { Library } from './declarations.ts'
