/** An IPv4 block: its first address as a number, and how many addresses it holds. */
export interface Block4 {
  first: number
  size: number
}

const ADDRESS = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/

/** The address as a number; `undefined` for anything but four plain decimal bytes (`010.0.0.1` is no address). */
export function parseIPv4(text: string): number | undefined {
  const bytes = ADDRESS.exec(text)?.slice(1).map(Number)
  if (!bytes || bytes.some(byte => byte > 255)) return undefined
  return bytes.reduce((number, byte) => number * 256 + byte, 0)
}

export const formatIPv4 = (address: number): string => [24, 16, 8, 0].map(shift => (address >>> shift) & 255).join('.')

/** The block that `10.42.0.0/16` names; `undefined` when it is none or has bits set behind its prefix. */
export function parseCidr4(text: string): Block4 | undefined {
  const [address = '', prefix = '', ...rest] = text.split('/')
  const first = parseIPv4(address)
  if (first === undefined || rest.length > 0 || !/^(\d|[12]\d|3[0-2])$/.test(prefix)) return undefined
  const size = 2 ** (32 - Number(prefix))
  return first % size === 0 ? { first, size } : undefined
}

/** The `index`th address of a block: 1 is the first that a host or service may have. */
export function addressAt(cidr: string, index: number): string | undefined {
  const block = parseCidr4(cidr)
  return block && index < block.size ? formatIPv4(block.first + index) : undefined
}

export const contains = (block: Block4, address: number): boolean => address >= block.first && address < block.first + block.size

export const overlap = (one: Block4, other: Block4): boolean => one.first < other.first + other.size && other.first < one.first + one.size
