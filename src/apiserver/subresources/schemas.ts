import { tokenRequest } from '../../api/authentication/token-request.ts'
import { scale } from '../../api/autoscaling/scale.ts'
import type { KubeObject } from '../../api/resource.ts'
import type { Schema } from '../../machinery/schema/schema.ts'
import type { Call } from '../call.ts'

const SCHEMAS: Readonly<Record<string, Schema<unknown>>> = { Scale: scale, TokenRequest: tokenRequest }

/** The schema of an answer that is not of its resource's kind. */
export const bodySchemaOf = (_call: Call, object: KubeObject): Schema<unknown> | undefined => SCHEMAS[object.kind]
