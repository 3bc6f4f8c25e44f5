/** Resolves once everything else that is ready, other connections' requests above all, has had its turn. */
export const nextTurn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
