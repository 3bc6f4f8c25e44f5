import { equalJson, isObject } from './json-value.ts'

type Same = (a: unknown, b: unknown) => boolean

/** Two items are the same when their merge keys are. */
export const matchKey = (key: string): Same => (a, b) => isObject(a) && isObject(b) && equalJson(a[key], b[key])

/** Splits a list into the items that also stand in another and those that do not. */
export function partition<T>(list: readonly T[], by: readonly unknown[], same: Same): { inList: T[]; others: T[] } {
  const inList: T[] = []
  const others: T[] = []
  for (const item of list) (by.some(each => same(each, item)) ? inList : others).push(item)
  return { inList, others }
}

/** Puts the patch's items in the patch's order and weaves the server's own items in, where they stood before. */
export function inOrder<T>(patched: readonly T[], others: readonly T[], patchOrder: readonly unknown[], serverOrder: readonly unknown[], same: Same): T[] {
  const left = sortedBy(others, serverOrder, same)
  const right = sortedBy(patched, patchOrder, same)
  const place = (item: unknown): number => serverOrder.findIndex(each => same(each, item))
  const woven: T[] = []
  let [i, j] = [0, 0]
  while (i < left.length && j < right.length) {
    const [l, r] = [place(left[i]), place(right[j])]
    woven.push(l >= 0 && r >= 0 && l < r ? left[i++]! : right[j++]!)
  }
  return [...woven, ...left.slice(i), ...right.slice(j)]
}

/** Items in the order of another list; those that it lacks keep their places behind. */
function sortedBy<T>(items: readonly T[], order: readonly unknown[], same: Same): T[] {
  const place = (item: T): number => {
    const at = order.findIndex(each => same(each, item))
    return at < 0 ? order.length : at
  }
  return items.map(item => ({ item, at: place(item) })).sort((a, b) => a.at - b.at).map(({ item }) => item)
}
