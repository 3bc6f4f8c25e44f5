/** A container that cannot be made as its pod describes it; `reason` becomes its waiting reason, the message the event's. */
export class ContainerConfigError extends Error {
  readonly reason: string

  constructor(message: string, reason = 'CreateContainerConfigError') {
    super(message)
    this.name = 'ContainerConfigError'
    this.reason = reason
  }
}
