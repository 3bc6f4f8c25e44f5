import { goDuration } from '../backoff.ts'
import { isRuntimeError } from '../runtime.ts'
import type { ProbeHandler } from './probe.ts'

const MAX_OUTPUT = 10 * 1024

/** A command in the container; 0 is well. */
export const execProbe: ProbeHandler = {
  field: 'exec',
  async run({ exec }, { runtime, containerId, timeoutMs }) {
    const command = exec!.command ?? []
    try {
      const { exitCode, stdout, stderr } = await runtime.execSync(containerId, command, timeoutMs)
      return { healthy: exitCode === 0, output: Buffer.concat([stdout, stderr]).subarray(0, MAX_OUTPUT).toString() }
    } catch (error) {
      if (!isRuntimeError(error, 'DeadlineExceeded')) throw error
      return { healthy: false, output: `command timed out: "${command.join(' ')}" timed out after ${goDuration(timeoutMs)}` }
    }
  },
}
