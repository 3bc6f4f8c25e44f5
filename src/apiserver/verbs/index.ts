import type { RequestVerb } from '../../api/request.ts'
import { create } from './create.ts'
import { remove } from './delete.ts'
import { removeCollection } from './delete-collection.ts'
import { get } from './get.ts'
import { list } from './list.ts'
import { patch } from './patch.ts'
import { update } from './update.ts'
import type { Verb } from './verb.ts'

const notHere: Verb = async () => {
  throw new Error('a watch is opened, not performed')
}

/** What each verb does. */
export const verbs: Readonly<Record<RequestVerb, Verb>> = { get, list, watch: notHere, create, update, patch, delete: remove, deletecollection: removeCollection }
