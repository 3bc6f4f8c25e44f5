import { rolldown } from 'rolldown'

/** Packages that are found by their place on disk, or that few runs load. */
const LEFT = /^(rolldown|@kubernetes\/client-node|@opentelemetry\/.*|@grpc\/grpc-js|protobufjs.*)$/

/** Bundles the sources below `home` into `folder`, and the packages that every start would otherwise read in hundreds of files: `bundle.ts HOME FOLDER`. */
const [home, folder] = process.argv.slice(2) as [string, string]
const bundle = await rolldown({
  input: { main: `${home}/src/cluster/cli/main.ts`, 'sqlite-worker': `${home}/src/storage/sqlite-worker.ts` },
  platform: 'node', external: LEFT, logLevel: 'warn',
})
await bundle.write({ dir: folder, format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js', cleanDir: true })
