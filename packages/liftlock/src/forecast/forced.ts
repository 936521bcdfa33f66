import { allowing, finding } from '../findings/make-finding.ts';
import type { Finding } from '../model/finding.ts';
import { jsonAt, type Json } from '../model/json.ts';
import { formatRef, isSameObject, refOf, type KubeObject } from '../model/kube.ts';
import { stripRemedy } from '../plan/remedy-steps.ts';
import { parseManifest } from '../release/manifest.ts';
import { formatFieldPath, type FieldPath } from '../release/field-path.ts';
import { foreignFields } from '../release/foreign-fields.ts';
import { strippedFields } from '../release/stripped-fields.ts';
import { dropForce } from './immutable-ladder.ts';
import type { HelmStep, ReleaseLook } from './foreseen-release.ts';

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

/** What the answer no longer has, and what others are on record for in parts that the rule leaves to the chart. */
function stripped(before: KubeObject, after: KubeObject, old: KubeObject | undefined): readonly string[] {
  const paths = strippedFields(before, after, old);
  const recorded = foreignFields(before, 'helm')
    .filter(([first]) => first !== 'metadata' && first !== 'status')
    .filter((path) => !isAbsent(valueAt(before, path)) && isAbsent(valueAt(after, path)))
    .filter((path) => !paths.some((known) => known.every((key, index) => key === path[index])));
  return [...new Set([...paths, ...recorded].map(nameOf))];
}

/** Keys of labels and annotations stand in brackets: they have dots of their own. */
function nameOf(path: FieldPath): string {
  const [first, map, key] = path;
  return first === 'metadata' && typeof map === 'string' && key !== undefined
    ? `metadata.${map}[${typeof key === 'string' ? key : key.item}]`
    : formatFieldPath(path);
}

function valueAt(object: KubeObject, path: readonly string[]): Json | undefined {
  return jsonAt(object as unknown as Json, path);
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
    message: `With --force helm replaces ${formatRef(object)} as a whole: what the chart has not set goes: ${lost.join(', ')}.`,
    remedies: [
      dropForce(step.component),
      allowing(stripRemedy(step.component), 'Let it be stripped', { destructive: true }),
    ],
  });
}
