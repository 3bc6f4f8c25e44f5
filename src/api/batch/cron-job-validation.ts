import { isTimeZone, parseCron } from '../../machinery/cron.ts'
import type { Cause } from '../../machinery/status.ts'
import { invalid, nonNegative, notSupported, required } from '../validation.ts'
import type { CronJob, CronJobSpec } from './cron-job-schema.ts'
import { validateJobSpec } from './job-spec-validation.ts'

const CONCURRENCY = ['Allow', 'Forbid', 'Replace']
/** Jobs are called after their CronJob and the minute, eleven characters more. */
const LONGEST_NAME = 52

export function validateCronJob({ metadata, spec }: CronJob): Cause[] {
  const tooLong = metadata.name && metadata.name.length > LONGEST_NAME ? [invalid('metadata.name', metadata.name, `must be no more than ${LONGEST_NAME} characters`)] : []
  return [...validateSpec(spec, undefined), ...tooLong]
}

/** What an update has not touched is let pass where the rules have become stricter since. */
export const validateCronJobUpdate = ({ spec }: CronJob, old: CronJob): Cause[] => validateSpec(spec, old.spec)

function validateSpec(spec: CronJobSpec, old: CronJobSpec | undefined): Cause[] {
  const { schedule, timeZone, concurrencyPolicy, jobTemplate } = spec
  const causes = schedule === '' ? [required('spec.schedule')] : validateSchedule(spec, old?.schedule.includes('TZ') ?? false, 'spec.schedule')
  if (timeZone !== undefined && timeZone !== old?.timeZone) causes.push(...validateTimeZone(timeZone, 'spec.timeZone'))
  causes.push(...nonNegative('spec.startingDeadlineSeconds', spec.startingDeadlineSeconds))
  if (!concurrencyPolicy) causes.push(required('spec.concurrencyPolicy'))
  else if (!CONCURRENCY.includes(concurrencyPolicy)) causes.push(notSupported('spec.concurrencyPolicy', concurrencyPolicy, CONCURRENCY))
  const field = 'spec.jobTemplate.spec'
  causes.push(...validateJobSpec(jobTemplate.spec, field))
  if (jobTemplate.spec.selector) causes.push(invalid(`${field}.selector`, jobTemplate.spec.selector, '`selector` will be auto-generated'))
  if (jobTemplate.spec.manualSelector) causes.push(notSupported(`${field}.manualSelector`, true, ['nil', 'false']))
  return [...causes, ...nonNegative('spec.successfulJobsHistoryLimit', spec.successfulJobsHistoryLimit), ...nonNegative('spec.failedJobsHistoryLimit', spec.failedJobsHistoryLimit)]
}

function validateSchedule({ schedule }: CronJobSpec, mayHaveZone: boolean, field: string): Cause[] {
  const causes: Cause[] = []
  try {
    parseCron(schedule)
  } catch (error) {
    causes.push(invalid(field, schedule, (error as Error).message))
  }
  if (!schedule.includes('TZ')) return causes
  return mayHaveZone ? causes : [...causes, invalid(field, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead')]
}

function validateTimeZone(zone: string, field: string): Cause[] {
  if (zone === '') return [invalid(field, zone, 'timeZone must be nil or non-empty string')]
  const causes = zone.toLowerCase() === 'local' ? [invalid(field, zone, 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones')] : []
  return isTimeZone(zone) ? causes : [...causes, invalid(field, zone, `unknown time zone ${zone}`)]
}
