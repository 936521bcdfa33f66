import { allowing, finding } from '../findings/make-finding.ts';
import type { Finding } from '../model/finding.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import { formatRef, isSameObject, refOf, type KubeObject } from '../model/kube.ts';
import { stripRemedy } from '../plan/remedy-steps.ts';
import { parseManifest } from '../release/manifest.ts';
import { foreignFields } from '../release/foreign-fields.ts';
import { dropForce } from './immutable-ladder.ts';
import type { HelmStep, ReleaseLook } from './foreseen-release.ts';

/** Written anew by controllers whenever they are missing. */
const renewed = /^deployment\.kubernetes\.io\//;

/** What --force would strip: with it helm replaces each object, and what the chart does not name is gone (O21). */
export const forcedOf: ReleaseLook = async ({ step, answers, release }) => {
  if (step.kind !== 'helm-upgrade' || step.force !== true) return { findings: [], unforeseen: [] };
  const installed = parseManifest(release?.manifest ?? '');
  const findings = answers.flatMap(({ method, before, after, status, unforeseen }): readonly Finding[] => {
    const isReplaced = method === 'PUT' && status < 300 && unforeseen === undefined;
    if (!isReplaced || before?.metadata === undefined || after?.metadata === undefined) return [];
    const old = installed.find((object) => isSameObject(object, before, step.namespace));
    const lost = stripped(before, after, old);
    return lost.length === 0 ? [] : [stripFinding(step, before, lost)];
  });
  return { findings, unforeseen: [] };
};

/** Finalizers, annotations, labels and fields that others have set and the answer no longer has. */
function stripped(before: KubeObject, after: KubeObject, old: KubeObject | undefined): readonly string[] {
  const finalizers = (before.metadata.finalizers ?? []).filter(
    (name) => !(after.metadata.finalizers ?? []).includes(name),
  );
  const maps = (['annotations', 'labels'] as const).flatMap((map) => {
    const kept = after.metadata[map] ?? {};
    // What the installed revision has, the chart itself takes away.
    const own = old?.metadata[map] ?? {};
    return Object.keys(before.metadata[map] ?? {})
      .filter((key) => !Object.hasOwn(kept, key) && !Object.hasOwn(own, key) && !renewed.test(key))
      .map((key) => `metadata.${map}[${key}]`);
  });
  const fields = foreignFields(before, 'helm')
    .filter((path) => path[0] !== 'metadata' && path[0] !== 'status')
    .filter((path) => !isAbsent(valueAt(before, path)) && isAbsent(valueAt(after, path)))
    .map((path) => path.join('.'));
  return [...finalizers.map((name) => `metadata.finalizers[${name}]`), ...maps, ...fields];
}

function valueAt(object: KubeObject, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (here, key) => (isJsonObject(here) ? here[key] : undefined),
    object as unknown as Json,
  );
}

function isAbsent(value: Json | undefined): boolean {
  return value === undefined || value === null;
}

function stripFinding(step: HelmStep, before: KubeObject, lost: readonly string[]): Finding {
  const object = refOf(before);
  return finding({
    code: 'FORCE_STRIPS',
    severity: 'blocker',
    component: step.component,
    object,
    field: lost.join(', '),
    message: `With --force helm replaces ${formatRef(object)} as a whole: what others have set goes: ${lost.join(', ')}.`,
    remedies: [
      dropForce(step.component),
      allowing(stripRemedy(step.component), 'Let it be stripped', { destructive: true }),
    ],
  });
}
