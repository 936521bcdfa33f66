import { generatedSecretFindings } from '../findings/foreseen/generated-secrets.ts';
import { isProblem } from '../model/problem.ts';
import type { KubeObject } from '../model/kube.ts';
import type { Unread } from '../model/snapshot.ts';
import { parseManifest } from '../release/manifest.ts';
import { objectPath } from '../snapshot/object-path.ts';
import type { ReleaseLook } from './foreseen-release.ts';

/** What an installation after an uninstall would make of the Secrets that the data depends on, and what nobody can foresee of it. */
export const reinstallOf: ReleaseLook = async ({ step, record, again, objects, hooks, chart }, parts) => {
  if (step.kind !== 'helm-upgrade' || step.reinstalls !== true) return { findings: [], unforeseen: [] };
  const holdings = parts.snapshot.components.find(({ name }) => name === step.component)?.holdings;
  const unforeseen: Unread[] = [
    {
      what: `the uninstall of ${step.release}`,
      why: 'how long finalizers hold its objects, and which addresses a cloud gives afterwards, is known only then',
    },
  ];
  if (record === undefined || again === undefined) {
    unforeseen.push({
      what: `whether ${chart?.name ?? step.release} makes up its Secrets anew`,
      why: 'helm did not render it twice',
    });
    return { findings: [], unforeseen };
  }
  const kept: KubeObject[] = [];
  for (const { object } of holdings?.kept ?? []) {
    try {
      const live = await parts.reader.find(await objectPath(parts.reader, object));
      if (live?.kind === 'Secret') parts.redactor.learnSecretData(live.data);
      if (live !== undefined) kept.push(live);
    } catch (error) {
      if (!isProblem(error)) throw error;
      unforeseen.push({ what: `${object.kind} ${object.name}`, why: error.message });
    }
  }
  const findings = generatedSecretFindings({
    component: step.component,
    namespace: step.namespace,
    kept,
    first: [...objects, ...hooks],
    second: [...parseManifest(again.manifest), ...again.hooks.flatMap((hook) => parseManifest(hook.manifest))],
  });
  return { findings, unforeseen };
};
