import { rolldown } from 'rolldown'

/** Bundles the sources below `home` into `folder`: `bundle.ts HOME FOLDER`. Packages stay where they are. */
const [home, folder] = process.argv.slice(2) as [string, string]
const bundle = await rolldown({
  input: { main: `${home}/src/cluster/cli/main.ts`, 'sqlite-worker': `${home}/src/storage/sqlite-worker.ts` },
  platform: 'node', external: [/^[^./]/], logLevel: 'warn',
})
await bundle.write({ dir: folder, format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js', cleanDir: true })
