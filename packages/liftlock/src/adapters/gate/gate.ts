import type { Gate } from '../../model/ports.ts';
import type { ClusterConnection } from '../cluster/connect.ts';
import { makeDiscoveryCache } from './discovery-cache.ts';
import { makeLocalApis } from '../cluster/local-apis.ts';
import { openLoopback } from './loopback.ts';
import { placeWorld } from './places.ts';
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
  // Shadows side by side ask the same of the API server: once is enough.
  const discovery = makeDiscoveryCache(connection);
  return {
    openShadow: async (world = {}) => {
      const objects = await placeWorld(world, { discovery, namespace });
      const shadow = makeShadow({ upstream: connection, objects, discovery, localApis: makeLocalApis(connection) });
      const loopback = await openLoopback({ folder: options.folder, namespace, handle: shadow.handle });
      const { answers, reads } = shadow;
      return { kubeconfig: loopback.kubeconfig, writes: () => 0, answers, reads, close: loopback.close };
    },
    openRun: async (mayWrite) => {
      discovery.forget();
      const run = makeRunGate(connection, mayWrite);
      const loopback = await openLoopback({ folder: options.folder, namespace, handle: run.handle });
      const { kubeconfig, close } = loopback;
      return { kubeconfig, writes: run.writes, answers: () => [], reads: () => [], close };
    },
  };
}
