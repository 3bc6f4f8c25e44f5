import type { Cause } from '../../../machinery/status.ts'
import { baselineChecks } from './baseline.ts'
import type { Check, PodLike, Violation } from './check.ts'
import { restrictedChecks } from './restricted.ts'

const LEVELS = ['privileged', 'baseline', 'restricted'] as const
export type Level = (typeof LEVELS)[number]

/** A level of the standards as of a version; a level that nobody understands counts as the strictest. */
export interface LevelVersion {
  readonly level: Level
  /** As it is written: `latest`, `v1.25`. */
  readonly version: string
}

export type Mode = 'enforce' | 'audit' | 'warn'
export type Policy = Readonly<Record<Mode, LevelVersion>>

const PREFIX = 'pod-security.kubernetes.io/'
const MODES: readonly Mode[] = ['enforce', 'audit', 'warn']
const LATEST = Infinity

type Labels = Readonly<Record<string, string>> | undefined

/** The policy that a namespace's labels state; what they do not state is as the cluster's defaults say. */
export function policyOf(labels: Labels, defaults: Policy): Policy {
  const read = (mode: Mode): LevelVersion => {
    const level = labels?.[PREFIX + mode]
    const version = labels?.[`${PREFIX}${mode}-version`]
    return {
      level: level === undefined ? defaults[mode].level : isLevel(level) ? level : 'restricted',
      version: version === undefined ? (level === undefined ? defaults[mode].version : 'latest') : isVersion(version) ? version : 'latest',
    }
  }
  const stated: Policy = { enforce: read('enforce'), audit: read('audit'), warn: read('warn') }
  // Who enforces a level without asking for warnings is warned of what that level refuses in templates.
  const implied = labels?.[`${PREFIX}warn`] === undefined && labels?.[`${PREFIX}enforce`] !== undefined && LEVELS.indexOf(stated.enforce.level) > LEVELS.indexOf(stated.warn.level)
  return implied ? { ...stated, warn: stated.enforce } : stated
}

const isLevel = (text: string): text is Level => (LEVELS as readonly string[]).includes(text)
const isVersion = (text: string): boolean => text === 'latest' || /^v1\.(0|[1-9][0-9]*)$/.test(text)

/** What is wrong with a namespace's labels. */
export function validateLabels(labels: Labels): Cause[] {
  const wrong = (key: string, value: string, why: string): Cause => ({ reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}`, field: `metadata.labels[${key}]` })
  return MODES.flatMap(mode => {
    const [levelKey, versionKey] = [PREFIX + mode, `${PREFIX}${mode}-version`]
    const [level, version] = [labels?.[levelKey], labels?.[versionKey]]
    return [
      ...(level !== undefined && !isLevel(level) ? [wrong(levelKey, level, `must be one of ${LEVELS.join(', ')}`)] : []),
      ...(version !== undefined && !isVersion(version) ? [wrong(versionKey, version, 'must be "latest" or "v1.x"')] : []),
    ]
  })
}

const byId = (a: Check, b: Check): number => (a.id < b.id ? -1 : 1)
const baseline = [...baselineChecks].sort(byId)
const restricted = [...restrictedChecks].sort(byId)

/** What a pod does that a level does not allow. */
export function violationsOf(pod: PodLike, { level, version }: LevelVersion): Violation[] {
  if (level === 'privileged') return []
  const minor = version === 'latest' ? LATEST : Number(version.slice('v1.'.length))
  const inForce = (check: Check): boolean => (check.since ?? 0) <= minor
  const strict = level === 'restricted' ? restricted.filter(inForce) : []
  const overridden = new Set(strict.map(({ overrides }) => overrides))
  return [...baseline.filter(check => inForce(check) && !overridden.has(check.id)), ...strict].flatMap(check => check.violation(pod, minor) ?? [])
}

/** `privileged (container "c" must not …), hostPath volumes (volume "v")`. */
export const inDetail = (violations: readonly Violation[]): string => violations.map(({ reason, detail }) => (detail ? `${reason} (${detail})` : reason)).join(', ')
export const named = ({ level, version }: LevelVersion): string => JSON.stringify(`${level}:${version}`)
/** Whether everything that one allows is allowed by the other. */
export const isStricter = (a: LevelVersion, b: LevelVersion): boolean => LEVELS.indexOf(a.level) > LEVELS.indexOf(b.level) || (a.level === b.level && a.version !== b.version)
