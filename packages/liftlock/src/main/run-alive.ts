import { connectCluster } from '../adapters/cluster/connect.ts';
import { parseLease } from '../adapters/cluster/lease-record.ts';
import type { Clock } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';
import type { Redactor } from '../model/redaction.ts';
import type { Described } from './open-site.ts';

/**
 * Whether somebody works at a run: its lease names it and is renewed. An age cannot be read off a lease, because clocks
 * differ; so it counts as lapsed when it was seen unchanged for as long as it lasts.
 * @returns a question to be asked again and again; undefined is its answer where the cluster does not say
 */
export async function runAlive(
  described: Described,
  run: string,
  clock: Clock,
  environment: NodeJS.ProcessEnv,
  redactor: Redactor,
): Promise<() => Promise<boolean | undefined>> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${described.namespace}/leases/liftlock-${described.platform.metadata.name}`;
  const { kubeconfig, context } = described.site.cluster;
  const connection = await connectCluster({ kubeconfig, context, env: environment, redactor }).catch(
    (error: unknown) => {
      if (isProblem(error)) return undefined;
      throw error;
    },
  );
  if (connection === undefined) return async () => undefined;
  let seen = { renewed: '', at: clock.now().getTime() };
  return async () => {
    try {
      const found = await connection.reader.find(path);
      if (found === undefined) return false;
      const lease = parseLease(found);
      if (!lease.holder.endsWith(` run ${run}`)) return false;
      const now = clock.now().getTime();
      if (lease.renewTime !== seen.renewed) seen = { renewed: lease.renewTime, at: now };
      return now - seen.at < lease.durationSeconds * 1000;
    } catch (error) {
      if (isProblem(error)) return undefined;
      throw error;
    }
  };
}
