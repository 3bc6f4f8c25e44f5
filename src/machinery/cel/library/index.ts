import { authorizer } from './authorizer.ts'
import { cidr } from './cidr.ts'
import { ip } from './ip.ts'
import { listOperations } from './list-operations.ts'
import { lists } from './lists.ts'
import { namedFormats } from './named-formats.ts'
import { optionals } from './optionals.ts'
import { quantity } from './quantity.ts'
import { regexes } from './regexes.ts'
import { semver } from './semver.ts'
import { sets } from './sets.ts'
import { standard } from './standard.ts'
import { strings } from './strings.ts'
import { twoVariables } from './two-variables.ts'
import { urls } from './urls.ts'
import type { Library } from '../declarations.ts'

/** What every environment of Kubernetes 1.36 has. `bindings` and `mutation` are for the environments that ask for them. */
export const kubernetesLibraries: readonly Library[] = [
  standard, urls, regexes, lists, authorizer, optionals, quantity, strings, sets, ip, cidr, namedFormats, twoVariables, semver, listOperations,
]
