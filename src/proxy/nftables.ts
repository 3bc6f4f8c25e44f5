import type { Network } from '../host/network.ts'
import type { Log } from '../machinery/log.ts'
import { changeTable, createTable } from './nftables-text.ts'
import type { TableOptions } from './nftables-text.ts'
import type { Ruleset } from './ruleset.ts'

/** One nftables table that is kept equal to the newest ruleset. */
export interface NftablesTable {
  /** Resolves when the kernel has the ruleset. The first call makes the table anew; later ones send the difference. */
  apply(ruleset: Ruleset): Promise<void>
  /** Takes the table away, if it is there. */
  remove(): Promise<void>
}

/** The kernel's table through the `nft` command. Calls must not overlap. */
export function createNftablesTable(network: Network, options: TableOptions, log: Log): NftablesTable {
  let current: Ruleset | undefined

  return {
    async apply(ruleset) {
      if (current) {
        const change = changeTable(current, ruleset, options)
        if (change === '') return
        try {
          await network.nft(change)
          current = ruleset
          return
        } catch (error) {
          // Somebody else changed the table: what we know of it is worth nothing, so it is made anew.
          log.warn('the service rules were changed by somebody else and are made anew', { error: String(error) })
          current = undefined
        }
      }
      await network.nft(createTable(ruleset, options))
      current = ruleset
    },
    async remove() {
      current = undefined
      await network.nft(`add table ${options.family} ${options.table}\ndelete table ${options.family} ${options.table}\n`)
    },
  }
}
