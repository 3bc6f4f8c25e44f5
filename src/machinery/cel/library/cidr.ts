import { IP, IP_TYPE, ipOf } from './ip.ts'
import { nominal, traversal } from './costs.ts'
import { declare, method, overload } from '../declarations.ts'
import { contains, formatAddress, isMapped, masked, parsePrefix } from '../net-address.ts'
import { ONE, TRAVERSAL, add, scale } from '../sizes.ts'
import { BOOL, INT, STRING, opaque } from '../types.ts'
import { EvalFailure, Opaque, fail, noSuchOverload, sizeOf } from '../values.ts'
import type { CostModel, Library } from '../declarations.ts'
import type { Address, Prefix } from '../net-address.ts'
import type { Type } from '../types.ts'

export const CIDR_TYPE = opaque('net.CIDR')

export class CIDR extends Opaque {
  readonly prefix: Prefix
  constructor(prefix: Prefix) {
    super()
    this.prefix = prefix
  }
  get type(): Type {
    return CIDR_TYPE
  }
  override equals(other: Opaque): boolean {
    return String(this) === String(other)
  }
  override get size(): number {
    return Math.ceil(this.prefix.bits / 8)
  }
  override toString(): string {
    return `${formatAddress(this.prefix.address)}/${this.prefix.bits}`
  }
}

const FAILED = 'network address parse error during conversion from string'

/** Reads a network as CEL takes them. Throws an Error. */
function parse(text: string): Prefix {
  const prefix = prefixOf(text)
  if (isMapped(prefix.address)) throw new Error(`IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`)
  return prefix
}

function prefixOf(text: string): Prefix {
  try {
    return parsePrefix(text)
  } catch (error) {
    throw new Error(`${FAILED}: ${(error as Error).message}`, { cause: error })
  }
}

function cidrOf(text: string): CIDR {
  try {
    return new CIDR(parse(text))
  } catch (error) {
    return fail(`${FAILED}: ${(error as Error).message}`)
  }
}

function isCIDR(text: string): boolean {
  try {
    parse(text)
    return true
  } catch {
    return false
  }
}

/** Upstream says no more than this of an address that is none. */
function addressIn(text: string): Address {
  try {
    return ipOf(text).address
  } catch (error) {
    return error instanceof EvalFailure ? noSuchOverload() : unexpected(error)
  }
}
const unexpected = (error: unknown): never => {
  throw error
}

const holds = ({ prefix }: CIDR, other: CIDR): boolean => contains(prefix, other.prefix.address) && prefix.bits <= other.prefix.bits

const ADDRESS = { min: 4, max: 16 }
const TWICE = scale({ min: 8, max: 32 }, TRAVERSAL)

/** Two addresses are compared; a string has to be read before. `network`: the other is masked, too. */
const comparison = ({ reads = false, network = false }): CostModel => ({
  actual([cidr, other]) {
    const size = sizeOf(cidr!)
    return Math.ceil(size * 2 * TRAVERSAL) + (network ? Math.ceil(size * TRAVERSAL) + 1 : 0) + (reads ? Math.ceil(sizeOf(other!) * TRAVERSAL) : 0)
  },
  estimate({ args: [other] }) {
    const compared = network ? add(add(TWICE, scale(ADDRESS, TRAVERSAL)), ONE) : TWICE
    return { cost: reads ? add(compared, scale(other!.size, TRAVERSAL)) : compared }
  },
})

/** Networks. */
export const cidr: Library = {
  name: 'kubernetes.net.cidr',
  types: [CIDR_TYPE, IP_TYPE],
  functions: [
    declare('cidr', overload('string_to_cidr', [STRING], CIDR_TYPE, cidrOf, traversal())),
    declare(
      'containsIP', method('cidr_contains_ip_string', [CIDR_TYPE, STRING], BOOL, ({ prefix }: CIDR, text: string) => contains(prefix, addressIn(text)), comparison({ reads: true })),
      method('cidr_contains_ip_ip', [CIDR_TYPE, IP_TYPE], BOOL, ({ prefix }: CIDR, other: IP) => contains(prefix, other.address), comparison({})),
    ),
    declare(
      'containsCIDR', method('cidr_contains_cidr_string', [CIDR_TYPE, STRING], BOOL, (value: CIDR, text: string) => holds(value, cidrOf(text)), comparison({ reads: true, network: true })),
      method('cidr_contains_cidr', [CIDR_TYPE, CIDR_TYPE], BOOL, holds, comparison({ network: true })),
    ),
    declare('ip', method('cidr_ip', [CIDR_TYPE], IP_TYPE, ({ prefix }: CIDR) => new IP(prefix.address), nominal)),
    declare('prefixLength', method('cidr_prefix_length', [CIDR_TYPE], INT, ({ prefix }: CIDR) => prefix.bits, nominal)),
    declare('masked', method('cidr_masked', [CIDR_TYPE], CIDR_TYPE, ({ prefix }: CIDR) => new CIDR({ address: masked(prefix), bits: prefix.bits }), nominal)),
    declare('isCIDR', overload('is_cidr', [STRING], BOOL, isCIDR, traversal())),
    declare('string', overload('cidr_to_string', [CIDR_TYPE], STRING, (value: CIDR) => String(value))),
  ],
}
