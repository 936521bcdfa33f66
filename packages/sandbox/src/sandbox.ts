/** A sandbox as its users hold it. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiClient } from './api-client.ts';
import { readAudit, type AuditEntry } from './audit.ts';
import { issueClient, writeKubeconfig } from './certificates.ts';
import type { ComponentAct, ComponentName } from './components.ts';
import { callControl } from './control.ts';
import { makeFaults, type Faults } from './faults.ts';
import type { NewKeyRequest, ServiceAccountKey } from './identity.ts';
import type { LoadBalancerSettings, NodeCapacity, RegistryAuth } from './options.ts';
import type { PodMatch } from './pod.ts';
import type { Programs } from './programs.ts';
import { filesOf, type SandboxState } from './state.ts';

/** Where the registry is, and a login that it accepts. Empty strings when it wants none. */
export interface Registry {
  url: string;
  host: string;
  scheme: 'http' | 'https';
  auth: RegistryAuth;
  /** The authority of its certificate, when it speaks TLS. */
  caFile: string | undefined;
  username: string;
  password: string;
}

/** Who a kubeconfig is for. */
export type Subject =
  | { serviceAccount: { namespace: string; name: string } }
  | { user: string; groups?: readonly string[] | undefined };

/** What was set can be taken back. */
export interface Setting {
  clear(): Promise<void>;
}

/** A running sandbox. */
export interface Sandbox {
  name: string;
  folder: string;
  /** Path of the administrator's kubeconfig. */
  kubeconfig: string;
  /** Address of the API server. */
  server: string;
  caFile: string;
  /** Path of the audit log, JSON lines. */
  auditLog: string;
  /** The audit log so far: every write, and every read that is not the control plane's own. */
  audit(): Promise<AuditEntry[]>;
  bin: Programs;
  registry: Registry;
  identity: {
    /** Google's token endpoint, as far as service account keys need it. */
    tokenUri: string;
    newKey(request?: NewKeyRequest): Promise<ServiceAccountKey>;
    /** False when there is no such key. */
    revokeKey(id: string): Promise<boolean>;
  };
  faults: Faults;
  logs: {
    /** Sets what the containers of certain pods have printed, or one container of them. */
    set(match: PodMatch, lines: readonly string[], container?: string): Promise<Setting>;
  };
  loadBalancers: { set(settings: Partial<LoadBalancerSettings>): Promise<LoadBalancerSettings> };
  /** The API as an administrator; it shows in the audit log as `sandbox-user`. */
  api: ApiClient;
  /** Writes a kubeconfig with a client certificate of that user and returns its path. */
  kubeconfigFor(subject: Subject): string;
  nodes: {
    /** Changes what nodes can hold: of one node, or of all. The scheduler heeds it at once. */
    setCapacity(capacity: Partial<NodeCapacity>, node?: string): Promise<void>;
  };
  components: {
    /**
     * Takes a program of the control plane away, or gives it back: `stop` ends it at once, `pause` holds it still as a machine without
     * power would. What it serves is not there again at once; `api.get('/readyz')` or a loop says when. For a sandbox of one's own.
     */
    act(name: ComponentName, act: ComponentAct): Promise<void>;
  };
  down(): Promise<boolean>;
}

function openIdentity(state: SandboxState): Sandbox['identity'] {
  return {
    tokenUri: `${state.identityUrl}/oauth2/token`,
    newKey: (request = {}) => callControl(state, 'new-key', request),
    revokeKey: async (id) => (await callControl(state, 'revoke-key', { id })).revoked,
  };
}

function openLogs(state: SandboxState): Sandbox['logs'] {
  return {
    async set(match, lines, container) {
      const id = `logs-${randomBytes(4).toString('hex')}`;
      await callControl(state, 'set-logs', { id, match, lines: [...lines], container });
      return {
        clear: async () => {
          await callControl(state, 'clear-logs', { ids: [id] });
        },
      };
    },
  };
}

function openNodes(api: ApiClient): Sandbox['nodes'] {
  return {
    async setCapacity(capacity, node) {
      const nodes = await api.list('/api/v1/nodes');
      for (const { metadata } of nodes.items) {
        if (node !== undefined && metadata.name !== node) continue;
        await api.patch(`/api/v1/nodes/${metadata.name}/status`, { status: { capacity, allocatable: capacity } });
      }
    },
  };
}

function subjectOf(subject: Subject): { commonName: string; organizations: string[] } {
  if ('user' in subject) return { commonName: subject.user, organizations: [...(subject.groups ?? [])] };
  const { namespace, name } = subject.serviceAccount;
  return {
    commonName: `system:serviceaccount:${namespace}:${name}`,
    organizations: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
  };
}

/** The handle of a sandbox that is ready. */
export function openSandbox(state: SandboxState, down: () => Promise<boolean>): Sandbox {
  const files = filesOf(state.name);
  const client = issueClient(files, { commonName: 'sandbox-user', organizations: ['system:masters'] });
  const caCertificate = readFileSync(files.caFile, 'utf8');
  const api = new ApiClient({ server: state.server, caCertificate, client, userAgent: 'liftlock-sandbox' });
  const { host, scheme, auth, username, password } = state.registry;
  return {
    name: state.name,
    folder: files.folder,
    kubeconfig: files.kubeconfig,
    server: state.server,
    caFile: files.caFile,
    auditLog: files.auditLog,
    audit: () => readAudit(files.auditLog),
    bin: state.programs,
    registry: {
      url: `${scheme}://${host}`,
      host,
      scheme,
      auth,
      caFile: scheme === 'https' ? files.caFile : undefined,
      username,
      password,
    },
    identity: openIdentity(state),
    faults: makeFaults(api, state),
    logs: openLogs(state),
    loadBalancers: { set: (settings) => callControl(state, 'configure-load-balancers', settings) },
    api,
    kubeconfigFor(subject) {
      const folder = join(files.folder, 'kubeconfigs');
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const { commonName, organizations } = subjectOf(subject);
      const path = join(folder, `${commonName.replace(/[^A-Za-z0-9.-]+/g, '-')}-${randomBytes(3).toString('hex')}`);
      writeKubeconfig(files, path, state.server, state.name, { commonName, organizations });
      return path;
    },
    nodes: openNodes(api),
    components: {
      async act(name, act) {
        await callControl(state, 'act-on-component', { name, act });
      },
    },
    async down() {
      api.close();
      return down();
    },
  };
}
