/** What a sandbox can be asked to be. */
import { SandboxError } from './sandbox-error.ts';

/** What a node can hold, in Kubernetes quantities. */
export interface NodeCapacity {
  cpu: string;
  memory: string;
  pods: string;
}

/** Options of `up`; every one has a default. */
export interface UpOptions {
  /** Lower-case letters, digits and dashes; made up when absent. */
  name?: string | undefined;
  /** `process` (default): the sandbox ends with the process that called `up`, also on SIGKILL. `none`: `down` ends it. */
  owner?: 'process' | 'none' | undefined;
  nodes?:
    | {
        count?: number | undefined;
        capacity?: Partial<NodeCapacity> | undefined;
        labels?: Record<string, string> | undefined;
      }
    | undefined;
  registry?: { auth?: RegistryAuth | undefined; tls?: boolean | undefined } | undefined;
  /** Seconds that a cloud would take to give a Service or Ingress its address, and to take it back. */
  loadBalancers?: Partial<LoadBalancerSettings> | undefined;
  /** Told what is being done, a line at a time. */
  report?: ((line: string) => void) | undefined;
}

/** How the registry asks who is there. */
export type RegistryAuth = 'none' | 'basic' | 'token';

/** How slow the stand-in of a cloud's load balancers is. */
export interface LoadBalancerSettings {
  assignSeconds: number;
  releaseSeconds: number;
}

/** The options with their defaults filled in: plain data, handed to the attendant. */
export interface Settings {
  name: string;
  owner: 'process' | 'none';
  nodes: { count: number; capacity: NodeCapacity; labels: Record<string, string> };
  registry: { auth: RegistryAuth; tls: boolean };
  loadBalancers: LoadBalancerSettings;
}

const namePattern = /^[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?$/;

/** Throws a `SandboxError` for a name that cannot be a folder and a context name everywhere. */
export function checkName(name: string): string {
  if (namePattern.test(name)) return name;
  throw new SandboxError('SANDBOX_BAD_NAME', `"${name}" cannot name a sandbox`, [
    'Use up to 42 lower-case letters, digits and dashes, beginning and ending with a letter or digit.',
  ]);
}

/** Fills in the defaults: three nodes of 8 CPU and 32 GiB, a plain registry without login. */
export function settle(options: UpOptions, madeUpName: string): Settings {
  return {
    name: checkName(options.name ?? madeUpName),
    owner: options.owner ?? 'process',
    nodes: {
      count: options.nodes?.count ?? 3,
      capacity: { cpu: '8', memory: '32Gi', pods: '250', ...options.nodes?.capacity },
      labels: options.nodes?.labels ?? {},
    },
    registry: { auth: options.registry?.auth ?? 'none', tls: options.registry?.tls ?? false },
    loadBalancers: { assignSeconds: 0, releaseSeconds: 0, ...options.loadBalancers },
  };
}
