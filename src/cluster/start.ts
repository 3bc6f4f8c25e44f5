import type { Component, ComponentContext, StartComponent } from './component.ts'

/** What a part did to start, undone in the reverse order when it stops. */
export type Cleanup = (undo: () => Promise<void> | void) => void

/** A part whose start is one asynchronous function. It is ready when the function is done; a failure of it undoes what was done. */
export const component = (start: (context: ComponentContext, cleanup: Cleanup) => Promise<void>): StartComponent =>
  (context): Component => {
    const undo = new AsyncDisposableStack()
    const ready = start(context, action => undo.defer(async () => action()))
    // Whoever waits for `ready` hears of a failure; nobody waiting must not end the process.
    ready.catch(() => undefined)
    return {
      ready,
      async stop() {
        await ready.catch(() => undefined)
        await undo.disposeAsync()
      },
    }
  }
