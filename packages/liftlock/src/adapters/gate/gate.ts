import type { Gate } from '../../model/ports.ts';
import type { ClusterConnection } from '../cluster/connect.ts';
import { askingAgain } from './ask-again.ts';
import { makeDiscoveryCache } from './discovery-cache.ts';
import { makeLocalApis } from '../cluster/local-apis.ts';
import type { PatientUpstream } from './forward-in-run.ts';
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
  connection: Pick<ClusterConnection, 'namespace'> & PatientUpstream,
  options: { readonly folder: string },
): Gate {
  const { namespace } = connection;
  // Shadows side by side ask the same of the API server: once is enough.
  const discovery = makeDiscoveryCache(connection);
  const asking = askingAgain(connection);
  return {
    openShadow: async (world = {}) => {
      const objects = await placeWorld(world, { discovery, namespace });
      const shadow = makeShadow({ upstream: asking, objects, discovery, localApis: makeLocalApis(asking) });
      const loopback = await openLoopback({ folder: options.folder, namespace, handle: shadow.handle });
      const { answers, reads } = shadow;
      const { kubeconfig, close } = loopback;
      return {
        kubeconfig,
        writes: () => 0,
        unsure: () => 0,
        heldBack: () => undefined,
        awaySeconds: () => 0,
        answers,
        reads,
        close,
      };
    },
    openRun: async (mayWrite) => {
      discovery.forget();
      const run = makeRunGate(connection, mayWrite);
      const loopback = await openLoopback({ folder: options.folder, namespace, handle: run.handle });
      const { kubeconfig, close } = loopback;
      const awayMs = () => connection.patience?.awayMs() ?? 0;
      const before = awayMs();
      const awaySeconds = () => Math.ceil((awayMs() - before) / 1000);
      const { writes, unsure, heldBack } = run;
      return { kubeconfig, writes, unsure, heldBack, awaySeconds, answers: () => [], reads: () => [], close };
    },
  };
}
