import type { Infer, Schema } from '../../../machinery/schema/schema.ts'
import { int32, int64, intOrString, list, object, ref, string } from '../../../machinery/schema/schema.ts'

const execActionShape = object('io.k8s.api.core.v1.ExecAction', {
  command: list(1, 'string', { listType: 'atomic' }),
})
export interface ExecAction extends Infer<typeof execActionShape> {}
export const execAction: Schema<ExecAction> = execActionShape

const grpcActionShape = object('io.k8s.api.core.v1.GRPCAction', {
  port: int32(1, { required: true }),
  service: string(2, { omitEmpty: false, pointer: true, default: '' }),
})
export interface GRPCAction extends Infer<typeof grpcActionShape> {}
export const grpcAction: Schema<GRPCAction> = grpcActionShape

const httpHeaderShape = object('io.k8s.api.core.v1.HTTPHeader', {
  name: string(1, { required: true }),
  value: string(2, { required: true }),
})
export interface HTTPHeader extends Infer<typeof httpHeaderShape> {}
export const httpHeader: Schema<HTTPHeader> = httpHeaderShape

const httpGetActionShape = object('io.k8s.api.core.v1.HTTPGetAction', {
  path: string(1),
  port: intOrString(2, { required: true }),
  host: string(3),
  scheme: string(4, { enum: ['HTTP', 'HTTPS'] }),
  httpHeaders: list(5, httpHeader, { listType: 'atomic' }),
})
export interface HTTPGetAction extends Infer<typeof httpGetActionShape> {}
export const httpGetAction: Schema<HTTPGetAction> = httpGetActionShape

const tcpSocketActionShape = object('io.k8s.api.core.v1.TCPSocketAction', {
  port: intOrString(1, { required: true }),
  host: string(2),
})
export interface TCPSocketAction extends Infer<typeof tcpSocketActionShape> {}
export const tcpSocketAction: Schema<TCPSocketAction> = tcpSocketActionShape

const sleepActionShape = object('io.k8s.api.core.v1.SleepAction', {
  seconds: int64(1, { required: true }),
})
export interface SleepAction extends Infer<typeof sleepActionShape> {}
export const sleepAction: Schema<SleepAction> = sleepActionShape

const lifecycleHandlerShape = object('io.k8s.api.core.v1.LifecycleHandler', {
  exec: ref(1, execAction),
  httpGet: ref(2, httpGetAction),
  tcpSocket: ref(3, tcpSocketAction, { deprecated: true }),
  sleep: ref(4, sleepAction),
})
export interface LifecycleHandler extends Infer<typeof lifecycleHandlerShape> {}
export const lifecycleHandler: Schema<LifecycleHandler> = lifecycleHandlerShape

const lifecycleShape = object('io.k8s.api.core.v1.Lifecycle', {
  postStart: ref(1, lifecycleHandler),
  preStop: ref(2, lifecycleHandler),
  stopSignal: string(3, { pointer: true, enum: ['SIGABRT', 'SIGALRM', 'SIGBUS', 'SIGCHLD', 'SIGCLD', 'SIGCONT', 'SIGFPE', 'SIGHUP', 'SIGILL', 'SIGINT', 'SIGIO', 'SIGIOT', 'SIGKILL', 'SIGPIPE', 'SIGPOLL', 'SIGPROF', 'SIGPWR', 'SIGQUIT', 'SIGRTMAX', 'SIGRTMAX-1', 'SIGRTMAX-10', 'SIGRTMAX-11', 'SIGRTMAX-12', 'SIGRTMAX-13', 'SIGRTMAX-14', 'SIGRTMAX-2', 'SIGRTMAX-3', 'SIGRTMAX-4', 'SIGRTMAX-5', 'SIGRTMAX-6', 'SIGRTMAX-7', 'SIGRTMAX-8', 'SIGRTMAX-9', 'SIGRTMIN', 'SIGRTMIN+1', 'SIGRTMIN+10', 'SIGRTMIN+11', 'SIGRTMIN+12', 'SIGRTMIN+13', 'SIGRTMIN+14', 'SIGRTMIN+15', 'SIGRTMIN+2', 'SIGRTMIN+3', 'SIGRTMIN+4', 'SIGRTMIN+5', 'SIGRTMIN+6', 'SIGRTMIN+7', 'SIGRTMIN+8', 'SIGRTMIN+9', 'SIGSEGV', 'SIGSTKFLT', 'SIGSTOP', 'SIGSYS', 'SIGTERM', 'SIGTRAP', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU', 'SIGURG', 'SIGUSR1', 'SIGUSR2', 'SIGVTALRM', 'SIGWINCH', 'SIGXCPU', 'SIGXFSZ'] }),
})
export interface Lifecycle extends Infer<typeof lifecycleShape> {}
export const lifecycle: Schema<Lifecycle> = lifecycleShape

const probeShape = object('io.k8s.api.core.v1.Probe', {
  exec: ref(1, execAction, { via: [1] }),
  httpGet: ref(2, httpGetAction, { via: [1] }),
  tcpSocket: ref(3, tcpSocketAction, { via: [1] }),
  grpc: ref(4, grpcAction, { via: [1] }),
  initialDelaySeconds: int32(2),
  timeoutSeconds: int32(3),
  periodSeconds: int32(4),
  successThreshold: int32(5),
  failureThreshold: int32(6),
  terminationGracePeriodSeconds: int64(7, { pointer: true }),
})
export interface Probe extends Infer<typeof probeShape> {}
export const probe: Schema<Probe> = probeShape

const probeHandlerShape = object('io.k8s.api.core.v1.ProbeHandler', {
  exec: ref(1, execAction),
  httpGet: ref(2, httpGetAction),
  tcpSocket: ref(3, tcpSocketAction),
  grpc: ref(4, grpcAction),
})
export interface ProbeHandler extends Infer<typeof probeHandlerShape> {}
export const probeHandler: Schema<ProbeHandler> = probeHandlerShape
