import type { Host } from '../host/host.ts'
import { callHttp } from '../host/http.ts'
import { StatusError, type StatusBody } from '../machinery/status.ts'
import { serverUrl } from './identities.ts'
import type { Layout } from './layout.ts'
import type { ClusterOptions } from './options.ts'

/** One GET as the administrator, for the command line: no client, cache or schema is loaded for it. */
export async function apiGet<T>({ files }: Host, options: ClusterOptions, layout: Layout, path: string): Promise<T> {
  const read = (file: string): Promise<string> => files.readText(`${layout.pkiDir}/${file}`)
  const [ca, cert, key] = await Promise.all(['ca.crt', 'admin.crt', 'admin.key'].map(read))
  const answer = await callHttp(`${serverUrl(options)}${path}`, {
    headers: { accept: 'application/json' }, timeoutMs: 5000, tls: { ca: ca!, cert: cert!, key: key! },
  })
  const body = JSON.parse(await answer.text(64 << 20)) as T | StatusBody
  if (answer.status >= 400) throw StatusError.from(body as StatusBody)
  return body as T
}
