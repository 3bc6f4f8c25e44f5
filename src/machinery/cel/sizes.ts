/** A range of sizes or costs. Upstream counts in uint64 and stops at its largest value; here that is 2^64. */
export interface Size {
  readonly min: number
  readonly max: number
}

export const UNBOUNDED = 2 ** 64

export const UNKNOWN: Size = { min: 0, max: UNBOUNDED }
export const ONE: Size = { min: 1, max: 1 }
export const NONE: Size = { min: 0, max: 0 }

export const fixed = (size: number): Size => ({ min: size, max: size })
const capped = (value: number): number => (value >= UNBOUNDED ? UNBOUNDED : value)

export const add = (a: Size, b: Size): Size => ({ min: capped(a.min + b.min), max: capped(a.max + b.max) })
export const sum = (sizes: readonly Size[]): Size => sizes.reduce(add, NONE)
export const multiply = (a: Size, b: Size): Size => ({ min: capped(a.min * b.min), max: capped(a.max * b.max) })
/** Times a factor, rounded up. */
export const scale = (a: Size, factor: number): Size => ({ min: capped(Math.ceil(a.min * factor)), max: capped(Math.ceil(a.max * factor)) })
/** The range that has both in it. */
export const union = (a: Size, b: Size): Size => ({ min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) })

/** Going through a string once, per character. */
export const TRAVERSAL = 0.1
/** Applying a regular expression, per character of its pattern. */
export const REGEX = 0.25
