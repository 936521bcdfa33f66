import { readFileSync } from 'node:fs';
import type { ClusterReader, ClusterWriter } from '../../model/ports.ts';
import type { Redactor } from '../../model/redaction.ts';
import type { HttpAnswer } from '../http/http-client.ts';
import { readKubeconfig, type KubeconfigChoice } from './kubeconfig.ts';
import { makeLocalApis } from './local-apis.ts';
import type { ServerPatience } from './patience.ts';
import { makeReader } from './reader.ts';
import { makeTransport, type ClusterRequest } from './transport.ts';
import { makeWriter } from './writer.ts';

export type { ClusterRequest } from './transport.ts';

export interface ConnectOptions extends KubeconfigChoice {
  /** Certificates to trust besides the usual ones, for clusters whose kubeconfig names none. */
  readonly caFile?: string | undefined;
  /** Learns tokens, passwords and keys of the login: nobody prints them. */
  readonly redactor?: Pick<Redactor, 'learn'> | undefined;
}

/** One API server, reached as one user. Nothing is sent before the first request. */
export interface ClusterConnection {
  readonly server: string;
  readonly context: string;
  /** Where commands without a namespace act, by flag or kubeconfig. */
  readonly namespace: string;
  /** What the operator should know of the kubeconfig. */
  readonly warnings: readonly string[];
  readonly reader: ClusterReader;
  readonly writer: ClusterWriter;
  /** A writer, with a count of its own, that asks before each write; for what runs under a lease. */
  fencedWriter(mayWrite: () => Promise<boolean>): ClusterWriter;
  /**
   * One request with the user's credentials; any answer is given back, nothing is tried again.
   * Problems: CLUSTER_UNREACHABLE (`touched` says whether it may have been done), CLUSTER_LOGIN_FAILED.
   */
  request(request: ClusterRequest): Promise<HttpAnswer>;
  /** How long those who ask wait for this API server: not at all, until a run begins to. */
  readonly patience: ServerPatience;
  /** Ends all connections. */
  close(): void;
}

/**
 * Reads the kubeconfig as kubectl does and logs in as its user does: client certificates, tokens and token files, exec
 * plug-ins, auth providers, impersonation; proxy-url, tls-server-name and insecure-skip-tls-verify of the cluster.
 *
 * Problems, exit 2: NO_KUBECONFIG, BAD_KUBECONFIG, CONTEXT_UNKNOWN.
 */
export async function connectCluster(options: ConnectOptions): Promise<ClusterConnection> {
  const context = readKubeconfig(options);
  const { env, caFile, redactor } = options;
  const learn = (secret: string) => redactor?.learn(secret);
  const transport = makeTransport(context, { env, caFile, userAgent: ownUserAgent(), learn });
  const { server } = context;
  const localApis = makeLocalApis({ request: async (request) => transport.send(request) });
  const isUnverified = context.cluster.fields['insecure-skip-tls-verify'] === true;
  return {
    server,
    context: context.name,
    namespace: context.namespace,
    warnings: isUnverified
      ? [`The kubeconfig turns off the check of ${server}'s certificate (insecure-skip-tls-verify).`]
      : [],
    reader: makeReader({ transport, server, context: context.name, user: context.user.name }),
    writer: makeWriter({ transport, server, localApis }),
    fencedWriter: (mayWrite) => makeWriter({ transport, server, localApis, mayWrite }),
    request: async (request) => transport.send(request),
    patience: transport.patience,
    close: () => transport.close(),
  };
}

/** A bundle may lie elsewhere than the sources: then the name alone has to do. */
function ownUserAgent(): string {
  try {
    const file = new URL('../../../package.json', import.meta.url);
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version?: string };
    return version === undefined ? 'liftlock' : `liftlock/${version}`;
  } catch {
    return 'liftlock';
  }
}
