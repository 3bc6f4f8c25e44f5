import { homedir } from 'node:os'
import { realFiles } from '../host/files.ts'
import { entryFor } from './identities.ts'
import { kubeconfigPaths, mergeKubeconfig, unmergeKubeconfig } from './kubeconfig-merge.ts'
import type { Layout } from './layout.ts'
import type { ClusterOptions } from './options.ts'

const pathsOf = (env: NodeJS.ProcessEnv): string[] => kubeconfigPaths(env, env['HOME'] ?? homedir())

/** The kubeconfigs that were merged into before, perhaps with another KUBECONFIG or by another user. */
const noted = async ({ mergedList }: Layout): Promise<string[]> =>
  (await realFiles.exists(mergedList)) ? (await realFiles.readText(mergedList)).split('\n').filter(Boolean) : []

/** Merges the administrator's context into the user's kubeconfig, and notes where. Returns the path. */
export async function mergeContext(options: ClusterOptions, layout: Layout, env: NodeJS.ProcessEnv): Promise<string> {
  const entry = await entryFor({ files: realFiles, options, layout, certificate: 'admin' })
  const path = await mergeKubeconfig(realFiles, pathsOf(env), entry)
  if (!(await noted(layout)).includes(path)) await realFiles.append(layout.mergedList, `${path}\n`)
  return path
}

/** Where this cluster's context may be: to be asked for before the data folder goes. */
export const contextPaths = async (layout: Layout, env: NodeJS.ProcessEnv): Promise<string[]> => [...pathsOf(env), ...(await noted(layout))]

/** Takes the context out of these kubeconfigs. */
export const unmergeContext = (layout: Layout, paths: readonly string[]): Promise<string[]> => unmergeKubeconfig(realFiles, paths, layout.dataDir)
