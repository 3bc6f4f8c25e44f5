/** A programmer's error: something that the code promised and did not keep. Never for what a user did. */
export class AssertionError extends Error {
  override name = 'AssertionError'
}

/** States what must hold here. */
export function assert(condition: unknown, message = 'assertion failed'): asserts condition {
  if (!condition) throw new AssertionError(message)
}

/** Marks a place that the compiler has proved unreachable. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable: ${String(value)}`)
}
