import { X509Certificate } from 'node:crypto'
import type { Files } from '../host/files.ts'
import type { Clock, Timer } from '../machinery/clock.ts'
import { errorMessage, type Log } from '../machinery/log.ts'

/** After a renewal that did not work, and at least this long between two. */
const RETRY_MS = 3600_000

export interface RenewalParts {
  readonly files: Files
  readonly clock: Clock
  readonly log: Log
  /** The certificates that are looked after. */
  paths(): readonly string[]
  /** Makes anew what is due, and writes it where it was. */
  renew(): Promise<readonly { name: string; reason: string }[]>
}

/** Renews certificates while the process runs: one timer, set to the moment at which the first is due. Who serves with one follows its file. */
export class CertificateRenewal {
  readonly #parts: RenewalParts
  #timer: Timer | undefined
  #isStopped = false

  constructor(parts: RenewalParts) {
    this.#parts = parts
  }

  async start(): Promise<void> {
    await this.#schedule(0)
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
  }

  async #schedule(atLeastMs: number): Promise<void> {
    const { clock, files, paths } = this.#parts
    const due = await Promise.all(paths().map(async path => dueAt(await files.readText(path).catch(() => ''))))
    const first = Math.min(...due)
    if (this.#isStopped || first === Infinity) return
    this.#timer = clock.after(Math.max(atLeastMs, first - clock.now()), () => void this.#renew(), { background: true })
  }

  async #renew(): Promise<void> {
    const { log, renew } = this.#parts
    let wait = RETRY_MS
    try {
      const issued = await renew()
      for (const { name, reason } of issued) log.info('A certificate was renewed', { certificate: name, reason })
      if (issued.length > 0) wait = 0
    } catch (error) {
      log.error('Certificates could not be renewed; this is tried again', { error: errorMessage(error) })
    }
    await this.#schedule(wait)
  }
}

/** When two thirds of a certificate's life are over, as `ensureCertificates` counts; never, for what is no certificate. */
function dueAt(pem: string): number {
  try {
    const { validFromDate, validToDate } = new X509Certificate(pem)
    const [from, to] = [validFromDate.getTime(), validToDate.getTime()]
    // A moment later: at the very moment exactly a third is left, which is not less than a third.
    return to - (to - from) / 3 + 1000
  } catch {
    return Infinity
  }
}
