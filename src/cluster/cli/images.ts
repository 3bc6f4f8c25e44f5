import { resolve } from 'node:path'
import { realHost } from '../../host/host.ts'
import { systemClock } from '../../machinery/clock.ts'
import { errorMessage } from '../../machinery/log.ts'
import { badRequest, StatusError } from '../../machinery/status.ts'
import { layoutOf } from '../layout.ts'
import { openNodeImages, type NodeImages } from '../node-images.ts'
import { requireRoot } from '../preflight.ts'
import type { Call, Verb } from './verb.ts'

const actions: Readonly<Record<string, (images: NodeImages, names: readonly string[], call: Call) => Promise<void>>> = {
  async import(images, paths, { print }) {
    if (paths.length === 0) throw badRequest('which file? "k8ts images import FILE..." takes OCI and Docker archives')
    for (const path of paths) {
      const file = resolve(path)
      if (!(await realHost().files.exists(file))) throw new StatusError('NotFound', `there is no file ${file}`)
      for (const name of await images.importFile(file).catch(unfit(file))) print(`imported ${name}`)
    }
  },
  async list(images, _, { print }) {
    const rows = (await images.list()).flatMap(({ id, repoTags, sizeBytes }) =>
      (repoTags.length > 0 ? repoTags : ['<none>']).map(tag => [tag, id.replace(/^sha256:/, '').slice(0, 12), `${(Number(sizeBytes) / 1e6).toFixed(1)} MB`]))
    const table = [['IMAGE', 'ID', 'SIZE'], ...rows.sort((a, b) => (a[0]! < b[0]! ? -1 : 1))]
    const widths = [0, 1, 2].map(column => Math.max(...table.map(row => row[column]!.length)))
    for (const row of table) print(row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ').trimEnd())
  },
  async remove(images, names, { print }) {
    if (names.length === 0) throw badRequest('which image? "k8ts images remove NAME..." takes what "k8ts images list" shows')
    for (const name of names) {
      if (!(await images.has(name))) throw new StatusError('NotFound', `there is no image ${name}: see "k8ts images list"`)
      await images.remove(name)
      print(`removed ${name}`)
    }
  },
}

/** What is wrong with a file is the user's to mend. */
const unfit = (file: string) => (error: unknown): never => { throw badRequest(errorMessage(error).includes(file) ? errorMessage(error) : `${file}: ${errorMessage(error)}`) }

export const images: Verb = {
  args: 'import FILE... | list | remove NAME...', maxPositionals: Infinity,
  async run(call) {
    const [name = 'list', ...rest] = call.positionals
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined
    if (!action) throw badRequest(`"k8ts images ${name}" is none of import, list and remove`)
    requireRoot('"k8ts images"')
    const store = await openNodeImages({ host: realHost(), clock: systemClock, options: call.options, layout: layoutOf(call.options) })
    try {
      await action(store, rest, call)
    } finally {
      store.close()
    }
  },
}
