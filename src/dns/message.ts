import * as packet from 'dns-packet'
import type { Answer, Packet, Question } from 'dns-packet'
import type { DnsAnswer, DnsRecord } from './records.ts'

/** Seconds that clients may keep an answer: short, since services change. */
const TTL_SECONDS = 5
/** The answer that plain UDP may have (RFC 1035); EDNS clients say how much more they take. */
const PLAIN_UDP_BYTES = 512
const NXDOMAIN = 3
const AUTHORITATIVE = packet.AUTHORITATIVE_ANSWER
const RECURSION = packet.RECURSION_AVAILABLE

export type Rcode = 'NOERROR' | 'FORMERR' | 'SERVFAIL' | 'NXDOMAIN' | 'NOTIMP' | 'REFUSED'
const rcodes: Readonly<Record<Rcode, number>> = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN, NOTIMP: 4, REFUSED: 5 }

export interface Query {
  readonly id: number
  readonly flags: number
  readonly question: Question
  /** Bytes that the asker takes over UDP. */
  readonly udpBytes: number
  readonly edns: boolean
}

/** Reads a query; undefined when it is none that can be answered. */
export function decodeQuery(message: Uint8Array): Query | undefined {
  let decoded: Packet
  try {
    decoded = packet.decode(Buffer.from(message))
  } catch {
    return undefined
  }
  const question = decoded.questions?.[0]
  if (decoded.type !== 'query' || !question || decoded.questions?.length !== 1) return undefined
  const edns = decoded.additionals?.find(record => record.type === 'OPT')
  const udpBytes = edns?.type === 'OPT' ? Math.max(PLAIN_UDP_BYTES, edns.udpPayloadSize) : PLAIN_UDP_BYTES
  return { id: decoded.id ?? 0, flags: (decoded.flags ?? 0) & packet.RECURSION_DESIRED, question, udpBytes, edns: edns !== undefined }
}

/** The answer from our own zone; `limit` bytes at most, else cut and marked so that the asker comes back over TCP. */
export function encodeAnswer(query: Query, answer: DnsAnswer, zone: string, limit: number): Uint8Array {
  const negative = answer.answers.length === 0
  const response: Packet = {
    id: query.id, type: 'response', questions: [query.question],
    flags: query.flags | AUTHORITATIVE | RECURSION | (answer.code === 'NXDOMAIN' ? NXDOMAIN : 0),
    answers: answer.answers.map(toWire), additionals: [...answer.additionals.map(toWire), ...opt(query)],
    authorities: negative ? [startOfAuthority(zone)] : [],
  }
  const bytes = packet.encode(response)
  if (bytes.length <= limit) return bytes
  return packet.encode({ ...response, flags: (response.flags ?? 0) | packet.TRUNCATED_RESPONSE, answers: [], authorities: [], additionals: opt(query) })
}

/** An answer that is only a code. */
export const encodeFailure = (query: Query, code: Rcode): Uint8Array =>
  packet.encode({ id: query.id, type: 'response', flags: query.flags | RECURSION | rcodes[code], questions: [query.question], additionals: opt(query) })

/** A question for another server about the target of an alias. */
export const encodeQuestion = (query: Query, name: string): Uint8Array =>
  packet.encode({ id: query.id, type: 'query', flags: packet.RECURSION_DESIRED, questions: [{ ...query.question, name }] })

/** What another server said about an alias's target, with the alias in front. */
export function withAlias(query: Query, alias: DnsAnswer, message: Uint8Array | undefined): Uint8Array {
  const target = message ? packet.decode(Buffer.from(message)) : undefined
  return packet.encode({
    id: query.id, type: 'response', flags: query.flags | RECURSION, questions: [query.question],
    answers: [...alias.answers.map(toWire), ...(target?.answers ?? [])], additionals: opt(query),
  })
}

const opt = ({ edns }: Query): Answer[] =>
  edns ? [{ type: 'OPT', name: '.', udpPayloadSize: 1232, extendedRcode: 0, ednsVersion: 0, flags: 0, flag_do: false, options: [] } as unknown as Answer] : []

const toWire = (record: DnsRecord): Answer => ({ ...record, ttl: TTL_SECONDS, class: 'IN' }) as Answer

const startOfAuthority = (zone: string): Answer => ({
  type: 'SOA', name: zone, ttl: TTL_SECONDS, class: 'IN',
  data: { mname: `ns.dns.${zone}`, rname: `hostmaster.${zone}`, serial: 1, refresh: 7200, retry: 1800, expire: 86_400, minimum: TTL_SECONDS },
})
