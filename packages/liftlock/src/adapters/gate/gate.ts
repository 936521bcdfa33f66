import type { Gate } from '../../model/ports.ts';
import type { ClusterConnection } from '../cluster/connect.ts';
import { makeLocalApis } from './local-apis.ts';
import { openLoopback } from './loopback.ts';
import { makeRunGate } from './run-gate.ts';
import { makeShadow } from './shadow.ts';

/**
 * The gate: a proxy on loopback through which helm, and only helm, reaches the API server, with the operator's
 * credentials, which it never sees.
 *
 * @param options.folder where each session's kubeconfig lies while it is open
 */
export function makeGate(
  connection: Pick<ClusterConnection, 'request' | 'namespace'>,
  options: { readonly folder: string },
): Gate {
  const { namespace } = connection;
  return {
    openShadow: async (world = {}) => {
      const shadow = makeShadow(connection, makeLocalApis(connection), world.records);
      const loopback = await openLoopback({ folder: options.folder, namespace, handle: shadow.handle });
      return { kubeconfig: loopback.kubeconfig, writes: () => 0, answers: shadow.answers, close: loopback.close };
    },
    openRun: async (mayWrite) => {
      const run = makeRunGate(connection, mayWrite);
      const loopback = await openLoopback({ folder: options.folder, namespace, handle: run.handle });
      return { kubeconfig: loopback.kubeconfig, writes: run.writes, answers: () => [], close: loopback.close };
    },
  };
}
