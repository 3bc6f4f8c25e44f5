import { nominal, traversal } from './costs.ts'
import { declare, method, overload } from '../declarations.ts'
import { BOOL, INT, STRING, handleType } from '../types.ts'
import { Opaque, fail, intOf } from '../values.ts'
import type { Library } from '../declarations.ts'
import type { Type } from '../types.ts'

export const SEMVER_TYPE = handleType('kubernetes.Semver')

interface Version {
  readonly numbers: readonly [bigint, bigint, bigint]
  readonly pre: readonly string[]
  readonly build: readonly string[]
}

export class Semver extends Opaque {
  readonly version: Version
  constructor(version: Version) {
    super()
    this.version = version
  }
  get type(): Type {
    return SEMVER_TYPE
  }
  override equals(other: Opaque): boolean {
    return other instanceof Semver && compareVersions(this.version, other.version) === 0
  }
  override toString(): string {
    const { numbers, pre, build } = this.version
    return `${numbers.join('.')}${pre.length ? `-${pre.join('.')}` : ''}${build.length ? `+${build.join('.')}` : ''}`
  }
}

const NAMES = ['Major', 'Minor', 'Patch'] as const

/** Reads a semantic version; throws an Error. */
function parse(text: string): Version {
  if (text === '') throw new Error('Version string empty')
  const parts = splitThree(text)
  if (parts.length !== 3) throw new Error('No Major.Minor.Patch elements found')
  const [, patch = '', pre, build] = /^([^-+]*)(?:-([^+]*))?(?:\+(.*))?$/s.exec(parts[2]!) ?? []
  const numbers = [parts[0]!, parts[1]!, patch].map((part, i) => numberOf(part, NAMES[i]!)) as [bigint, bigint, bigint]
  return { numbers, pre: pre === undefined ? [] : pre.split('.').map(prePart), build: build === undefined ? [] : build.split('.').map(buildPart) }
}

function splitThree(text: string): string[] {
  const [major = '', minor, ...rest] = text.split('.')
  return minor === undefined ? [major] : rest.length === 0 ? [major, minor] : [major, minor, rest.join('.')]
}

function numberOf(part: string, name: string): bigint {
  if (!/^[0-9]*$/.test(part)) throw new Error(`Invalid character(s) found in ${name.toLowerCase()} number ${JSON.stringify(part)}`)
  if (part.length > 1 && part.startsWith('0')) throw new Error(`${name} number must not contain leading zeroes ${JSON.stringify(part)}`)
  if (part === '') throw new Error('strconv.ParseUint: parsing "": invalid syntax')
  if (BigInt(part) >= 2n ** 64n) throw new Error(`strconv.ParseUint: parsing ${JSON.stringify(part)}: value out of range`)
  return BigInt(part)
}

function prePart(part: string): string {
  if (part === '') throw new Error('Prerelease is empty')
  if (/^[0-9]+$/.test(part)) {
    if (part.length > 1 && part.startsWith('0')) throw new Error(`Numeric PreRelease version must not contain leading zeroes ${JSON.stringify(part)}`)
    return part
  }
  if (!/^[0-9A-Za-z-]+$/.test(part)) throw new Error(`Invalid character(s) found in prerelease ${JSON.stringify(part)}`)
  return part
}

function buildPart(part: string): string {
  if (part === '') throw new Error('Build meta data is empty')
  if (!/^[0-9A-Za-z-]+$/.test(part)) throw new Error(`Invalid character(s) found in build meta data ${JSON.stringify(part)}`)
  return part
}

/** A version written loosely: `v1.2` is 1.2.0, leading zeroes fall off. */
function parseLoosely(text: string): Version {
  const parts = splitThree(text.replace(/^v/, '')).map(part => (part.length > 1 ? part.replace(/^0+/, '').replace(/^(?![0-9])/, '0') : part))
  if (parts.length < 3 && /[+-]/.test(parts.at(-1)!)) throw new Error('short version cannot contain PreRelease/Build meta data')
  while (parts.length < 3) parts.push('0')
  return parse(parts.join('.'))
}

function compareVersions(a: Version, b: Version): number {
  for (let i = 0; i < 3; i++) if (a.numbers[i]! !== b.numbers[i]!) return a.numbers[i]! < b.numbers[i]! ? -1 : 1
  if (a.pre.length === 0 || b.pre.length === 0) return Math.sign((a.pre.length === 0 ? 1 : 0) - (b.pre.length === 0 ? 1 : 0))
  for (let i = 0; i < Math.min(a.pre.length, b.pre.length); i++) {
    const order = comparePre(a.pre[i]!, b.pre[i]!)
    if (order !== 0) return order
  }
  return Math.sign(a.pre.length - b.pre.length)
}

/** Numbers come before words. */
function comparePre(a: string, b: string): number {
  const [x, y] = [/^[0-9]+$/.test(a), /^[0-9]+$/.test(b)]
  if (x !== y) return x ? -1 : 1
  if (x) return BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0
  return a < b ? -1 : a > b ? 1 : 0
}

const versionOf = (text: string, loosely = false): Version => (loosely ? parseLoosely(text) : parse(text))

function semverOf(text: string, loosely = false): Semver {
  try {
    return new Semver(versionOf(text, loosely))
  } catch (error) {
    return fail((error as Error).message)
  }
}

function isSemver(text: string, loosely = false): boolean {
  try {
    versionOf(text, loosely)
    return true
  } catch {
    return false
  }
}

const S = SEMVER_TYPE
const compare = (a: Semver, b: Semver): number => compareVersions(a.version, b.version)
const numberAt = (i: 0 | 1 | 2) => ({ version }: Semver) => intOf(version.numbers[i])

/** Semantic versions. */
export const semver: Library = {
  name: 'kubernetes.Semver',
  functions: [
    declare('semver', overload('string_to_semver', [STRING], S, semverOf, traversal()), overload('string_bool_to_semver', [STRING, BOOL], S, semverOf, traversal())),
    declare('isSemver', overload('is_semver_string', [STRING], BOOL, isSemver, traversal()), overload('is_semver_string_bool', [STRING, BOOL], BOOL, isSemver, traversal())),
    declare('isGreaterThan', method('semver_is_greater_than', [S, S], BOOL, (a: Semver, b: Semver) => compare(a, b) > 0, nominal)),
    declare('isLessThan', method('semver_is_less_than', [S, S], BOOL, (a: Semver, b: Semver) => compare(a, b) < 0, nominal)),
    declare('compareTo', method('semver_compare_to', [S, S], INT, compare, nominal)),
    declare('major', method('semver_major', [S], INT, numberAt(0), nominal)),
    declare('minor', method('semver_minor', [S], INT, numberAt(1), nominal)),
    declare('patch', method('semver_patch', [S], INT, numberAt(2), nominal)),
  ],
}
