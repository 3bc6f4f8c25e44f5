import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { list, listOf, map, object, string } from '../../machinery/schema/schema.ts'

const userInfoShape = object('io.k8s.api.authentication.v1.UserInfo', {
  username: string(1),
  uid: string(2),
  groups: list(3, 'string', { listType: 'atomic' }),
  extra: map(4, listOf('string', { message: true })),
})
export interface UserInfo extends Infer<typeof userInfoShape> {}
export const userInfo: Schema<UserInfo> = userInfoShape
