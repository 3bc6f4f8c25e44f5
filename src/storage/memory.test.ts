import { silentLog } from '../machinery/log.ts'
import { storageConformance } from './conformance.ts'
import { handClock } from './hand-clock.ts'
import { memoryStorage } from './memory.ts'

storageConformance('memory', async () => {
  const clock = handClock()
  const storage = memoryStorage({ clock, log: silentLog })
  return { storage, advance: clock.advance, close: () => storage.close() }
})
