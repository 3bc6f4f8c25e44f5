import { forbidden, invalid as invalidValue, notSupported } from '../api/validation.ts'
import { badRequest, invalid, type Cause } from '../machinery/status.ts'
import { integer } from './options.ts'

const STREAMS = ['All', 'Stderr', 'Stdout']
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

/** Refuses what cannot be asked of a log, before anybody looks for the pod. */
export function checkLogOptions(podName: string, query: URLSearchParams): void {
  const number = (name: string): number | undefined => (query.get(name) ? integer(query.get(name)!) : undefined)
  const [tailLines, limitBytes, sinceSeconds] = [number('tailLines'), number('limitBytes'), number('sinceSeconds')]
  const sinceTime = query.get('sinceTime')
  if (sinceTime && !TIME.test(sinceTime)) throw badRequest(`parsing time ${JSON.stringify(sinceTime)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(sinceTime)} as "2006"`)
  const causes: Cause[] = []
  if (tailLines !== undefined && tailLines < 0) causes.push(invalidValue('tailLines', tailLines, 'must be greater than or equal to 0'))
  if (limitBytes !== undefined && limitBytes < 1) causes.push(invalidValue('limitBytes', limitBytes, 'must be greater than 0'))
  if (sinceSeconds !== undefined && sinceTime) causes.push(forbidden('[]', 'at most one of `sinceTime` or `sinceSeconds` may be specified'))
  else if (sinceSeconds !== undefined && sinceSeconds < 1) causes.push(invalidValue('sinceSeconds', sinceSeconds, 'must be greater than 0'))
  const stream = query.get('stream')
  if (stream && !STREAMS.includes(stream)) causes.push(notSupported('stream', stream, STREAMS))
  else if (stream && stream !== 'All' && tailLines !== undefined) causes.push(forbidden('[]', '`tailLines` and specific `stream` are mutually exclusive for now'))
  if (causes.length > 0) throw invalid({ group: '', kind: 'PodLogOptions' }, podName, causes)
}
