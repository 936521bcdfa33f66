/** A real Kubernetes control plane on one machine, with simulated nodes, for rehearsals and tests. */
export { ApiClient, ApiError } from './api-client.ts';
export type { KubeList, KubeObject, PatchType } from './api-client.ts';
export type { AuditEntry } from './audit.ts';
export { build, findBuild } from './build.ts';
export type { Build } from './build.ts';
export type { ComponentAct, ComponentName } from './components.ts';
export type { ActiveFault, Fault, FaultKind, Faults, ImagePullCause } from './faults.ts';
export type { NewKeyRequest, ServiceAccountKey } from './identity.ts';
export type { LoadBalancerSettings, NodeCapacity, RegistryAuth, UpOptions } from './options.ts';
export type { ContainerStatus, Pod, PodCondition, PodMatch } from './pod.ts';
export type { ProgramName, Programs } from './programs.ts';
export { SandboxError } from './sandbox-error.ts';
export type { Registry, Sandbox, Setting, Subject } from './sandbox.ts';
export { attach, down, list, status, up } from './up.ts';
export type { SandboxStatus } from './up.ts';
export { sandboxMain } from './commands.ts';
