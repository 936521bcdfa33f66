import { isJsonObject, type Json } from '../../model/json.ts';
import { exitCodes, Problem, type Touched } from '../../model/problem.ts';
import { masked } from '../../model/redaction.ts';

/** What the API server says of a request that it did not do. */
export interface ApiRefusal {
  readonly status: number;
  readonly reason: string;
  readonly message: string;
  /** True where nothing tells whether a write was done: something in between answered, or the store did not. */
  readonly isUnsure: boolean;
}

/** Reads a Status object; another body is not repeated. */
export function parseRefusal(status: number, body: string): ApiRefusal {
  let value: Json | undefined;
  try {
    value = JSON.parse(body) as Json;
  } catch {
    value = undefined;
  }
  if (!isJsonObject(value) || value['kind'] !== 'Status')
    return { status, reason: '', message: `HTTP status ${status}`, isUnsure: isUnsure(status, statusText(body)) };
  const { message, reason } = value;
  return {
    isUnsure: isUnsure(status, typeof message === 'string' ? message : ''),
    status,
    reason: typeof reason === 'string' ? reason : '',
    message: typeof message === 'string' && message !== '' ? message : `HTTP status ${status}`,
  };
}

/** The texts of a Status in protobuf, which helm asks for, stand in it as they are; undefined for what is no Status. */
function statusText(body: string): string | undefined {
  return body.startsWith('k8s\0') && body.slice(0, 32).includes('Status') ? body : undefined;
}

/**
 * What an API server says whose store did not answer, or not in time: the write may have been done all the same.
 * Sources: go.etcd.io/etcd/api v3rpc/rpctypes/error.go; https://github.com/kubernetes/kubernetes/issues/43634 (gRPC's own words,
 * which the API server passes on).
 */
const ofStore = /etcdserver|rpc error: |request timed out|did not complete/;

/** @param said by the API server; undefined where something else has answered */
function isUnsure(status: number, said: string | undefined): boolean {
  if (status < 500) return false;
  return status === 504 || said === undefined || ofStore.test(said);
}

/** The Problem for an answer that is no success; `path` is the API's path. */
export function refusedProblem(method: string, path: string, refusal: ApiRefusal, server: string): Problem {
  const { status } = refusal;
  const details = { status, reason: refusal.reason, method, path: withoutQuery(path) };
  const message = aboutSecret(path) ? withoutValues(refusal.message) : refusal.message;
  if (status === 404) return new Problem('OBJECT_ABSENT', message, { details });
  if (status === 409) return new Problem('OBJECT_CONFLICT', message, { details });
  if (status === 401) {
    return new Problem('CLUSTER_REFUSED', `${server} does not accept the login: ${message}`, {
      details,
      advice: ['Log in again, as you would for kubectl, and repeat the command.'],
    });
  }
  if (status === 403) {
    return new Problem('CLUSTER_REFUSED', message, {
      details,
      advice: ['Ask for that permission; `kubectl auth can-i VERB RESOURCE -n NAMESPACE` says when it is there.'],
    });
  }
  if (status === 429 || status >= 500) {
    const isWrite = method !== 'GET' && method !== 'HEAD';
    return new Problem('CLUSTER_UNREACHABLE', `${server} fails to answer: ${message}`, {
      details,
      touched: isWrite && refusal.isUnsure ? 'unknown' : 'no',
      advice: ['Try again when the API server has recovered.'],
    });
  }
  return new Problem('CLUSTER_REJECTED', message, { details });
}

/** The Problem for a network that did not bring an answer. `touched` is unknown when a write was on its way. */
export function unreachableProblem(server: string, context: string, error: Error, touched: Touched): Problem {
  return new Problem('CLUSTER_UNREACHABLE', `${server} cannot be reached: ${error.message}`, {
    advice: [
      `Check that \`kubectl --context ${context} version\` answers: VPN, HTTPS_PROXY and NO_PROXY, the cluster itself.`,
    ],
    details: { code: 'code' in error ? String(error.code) : '' },
    exitCode: exitCodes.blocked,
    touched,
    cause: error,
  });
}

/** A write that was held back, since another process may have taken the site over. */
export function leaseLostProblem(): Problem {
  return new Problem('LEASE_LOST', 'This run no longer holds the lease: it writes no more.', {
    advice: ['Another process has taken the site over: see `liftlock status`.'],
    exitCode: exitCodes.failed,
  });
}

function aboutSecret(path: string): boolean {
  return /\/secrets(\/|\?|$)/.test(path);
}

/** Validation errors quote the value that they refuse. */
function withoutValues(message: string): string {
  return message.replaceAll(/Invalid value: .*?(?=: |$)/g, `Invalid value: ${masked}`);
}

function withoutQuery(path: string): string {
  return path.split('?')[0] ?? path;
}
