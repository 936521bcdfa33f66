import { podTemplateOf } from '../findings/foreseen/hop.ts';
import { loadBalancerFindings } from '../findings/foreseen/load-balancers.ts';
import { storageFindings } from '../findings/foreseen/storage-workloads.ts';
import { isProblem } from '../model/problem.ts';
import type { Unread } from '../model/snapshot.ts';
import type { HopLook } from './foreseen-release.ts';
import { readHop } from './read-hop.ts';

/** What would leave the application without its data or its address, though the API server accepts it. */
export const storageOf: HopLook = async (releases, parts) => {
  const hop = await readHop(releases, parts);
  const workloads = hop.objects.filter(({ object, isWritten }) => isWritten && podTemplateOf(object) !== undefined);
  const namespaces = new Set(workloads.map(({ object, namespace }) => object.metadata.namespace ?? namespace));
  const unforeseen: Unread[] = [];
  const claims = new Map<string, ReadonlySet<string>>();
  await Promise.all(
    [...namespaces].map(async (namespace) => {
      try {
        const found = await parts.reader.list(`/api/v1/namespaces/${namespace}/persistentvolumeclaims`);
        claims.set(namespace, new Set(found.map(({ metadata }) => metadata.name)));
      } catch (error) {
        if (!isProblem(error)) throw error;
        unforeseen.push({ what: `which claims of the namespace ${namespace} exist already`, why: error.message });
      }
    }),
  );
  const madeAnew = new Set(
    releases.flatMap(({ answers }) =>
      answers.flatMap(({ method, after }) => (method === 'POST' && after !== undefined ? [after] : [])),
    ),
  );
  // There the addresses are compared afterwards, and the plan has said so.
  const reinstalled = new Set(
    releases.flatMap(({ step }) => (step.kind === 'helm-upgrade' && step.reinstalls === true ? [step.component] : [])),
  );
  return {
    findings: [
      ...storageFindings(hop, (namespace, claim) => claims.get(namespace)?.has(claim)),
      ...loadBalancerFindings(
        hop,
        ({ object, live, component }) => live !== undefined && madeAnew.has(object) && !reinstalled.has(component),
      ),
    ],
    unforeseen,
  };
};
