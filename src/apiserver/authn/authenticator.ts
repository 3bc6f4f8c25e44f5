import type { User } from '../../api/request.ts'
import type { Awaitable } from '../../machinery/awaitable.ts'

/** What a connection and its headers say of who is asking. */
export interface Credentials {
  /** The verified client certificate's subject, when the TLS handshake gave one that our CA signed. */
  readonly certificate?: { readonly commonName: string; readonly organizations: readonly string[]; readonly fingerprint: string }
  readonly bearerToken?: string
  /** Tells the audit log something about them, and the client. */
  annotate?(key: string, value: string): void
  warn?(text: string): void
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** One way of finding out who asks: a user, `undefined` when there is nothing for it to look at, or a thrown StatusError (401) for bad credentials. */
export interface Authenticator {
  readonly name: string
  authenticate(credentials: Credentials): Awaitable<User | undefined>
}
