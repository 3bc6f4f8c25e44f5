import { dirname, resolve } from 'node:path'
import type { PostJson } from '../apiserver/webhook-call.ts'
import { readKubeconfig, type Connection } from '../client/kubeconfig.ts'
import type { Files } from '../host/files.ts'
import { httpClient } from '../host/http-client.ts'

const LARGEST_ANSWER = 1024 * 1024

/** The service that a kubeconfig names, ready to be asked: a webhook of authentication, authorization or audit. */
export async function webhookConnection(files: Files, path: string): Promise<PostJson> {
  const { server, namespace: _namespace, ...connection } = await connectionOf(files, path)
  const url = new URL(server)
  const client = httpClient({ server: url.origin, ...connection })
  return async (body, signal) => {
    const headers = { 'content-type': 'application/json', accept: 'application/json, */*' }
    const answer = await client.send({ method: 'POST', path: `${url.pathname}${url.search}`, headers, body: JSON.stringify(body), signal })
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of answer.body) {
      size += chunk.length
      if (size > LARGEST_ANSWER) throw new Error(`the webhook's answer is longer than ${LARGEST_ANSWER} bytes`)
      chunks.push(chunk)
    }
    const retryAfter = answer.headers['retry-after']
    return { status: answer.status, body: Buffer.concat(chunks).toString(), ...(retryAfter !== undefined && { retryAfter: String(retryAfter) }) }
  }
}

/** Reads a kubeconfig and the files that it names, which are looked for from its own folder. */
async function connectionOf(files: Files, path: string): Promise<Connection> {
  const text = await files.readText(path)
  const contents = new Map<string, string>()
  for (;;) {
    let missing: string | undefined
    const readFile = (name: string): string => {
      if (!contents.has(name)) missing ??= name
      return contents.get(name) ?? ' '
    }
    const connection = readKubeconfig(text, { readFile })
    if (missing === undefined) return connection
    contents.set(missing, await files.readText(resolve(dirname(path), missing)))
  }
}
