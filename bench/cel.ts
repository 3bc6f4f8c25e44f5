/**
 * What CEL costs: evaluations per second of expressions as policies and rules have them, and what compiling one costs.
 *
 *     node bench/cel.ts
 */
import { AUTHORIZER_TYPE, AuthorizerValue } from '../src/machinery/cel/library/authorizer.ts'
import { DYN, compile, evaluate, extend, kubernetesEnvironment } from '../src/machinery/cel/index.ts'

const ROUNDS = 7
const env = extend(kubernetesEnvironment, { variables: { object: DYN, authorizer: AUTHORIZER_TYPE } })
const containers = Array.from({ length: 20 }, (_, i) => ({ name: `c${i}`, image: `registry.example.com/team/app:${i}`, resources: { limits: { cpu: '1', memory: '128Mi' } } }))
const activation = {
  object: { metadata: { name: 'web', labels: { app: 'web', team: 'a' } }, spec: { replicas: 3, template: { spec: { containers } } } },
  authorizer: new AuthorizerValue(() => ({ allowed: true })),
}
const expressions = [
  'object.spec.replicas <= 5',
  'object.metadata.name.startsWith("web") && has(object.metadata.labels.app)',
  'object.metadata.labels["team"] in ["a", "b", "c"]',
  'object.spec.template.spec.containers.all(c, c.image.startsWith("registry.example.com/"))',
  'object.spec.template.spec.containers.map(c, c.name).exists(n, n == "c19")',
  'object.metadata.name.matches("^[a-z][a-z0-9-]*$")',
  'quantity("128Mi").isLessThan(quantity("1Gi"))',
  'authorizer.group("apps").resource("deployments").check("create").allowed()',
]

/** The best of several rounds, in microseconds for one run: others may be busy on the machine. */
function microseconds(run: () => void, times: number): number {
  let best = Infinity
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage()
    for (let i = 0; i < times; i++) run()
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, (user + system) / times)
  }
  return best
}

for (const expression of expressions) {
  const { program, error } = compile(expression, env)
  if (error) throw new Error(error.message)
  const once = evaluate(program, activation)
  const running = microseconds(() => evaluate(program, activation), 50_000)
  const compiling = microseconds(() => compile(expression, env), 500)
  console.log(`${running.toFixed(2).padStart(8)} µs  compile ${compiling.toFixed(0).padStart(5)} µs  cost ${String(once.cost).padStart(6)}  ${expression}`)
}
