import { silentLog } from '../machinery/log.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { pass, storageConformance } from './conformance.ts'
import { memoryStorage } from './memory.ts'

storageConformance('memory', async () => {
  const clock = fakeClock()
  const storage = memoryStorage({ clock, log: silentLog })
  return { storage, advance: milliseconds => pass(clock, milliseconds), close: () => storage.close() }
})
