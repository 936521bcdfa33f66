import { finding, shellWord } from '../findings/make-finding.ts';
import type { Finding } from '../model/finding.ts';
import type { Json } from '../model/json.ts';
import { formatRef, isSameObject, refOf, type KubeObject } from '../model/kube.ts';
import type { ClusterWriter } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';
import type { Redactor } from '../model/redaction.ts';
import { isSecretName } from '../model/secret-names.ts';
import type { Unread } from '../model/snapshot.ts';
import type { HelmUpgradeStep } from '../model/step.ts';
import { cleaningRemedy } from '../plan/cleaning-steps.ts';
import { kubectlPatch } from '../plan/steps/patch-object.ts';
import { fieldAt, fieldPatch, formatFieldPath, isSameJson, type FieldPath } from '../release/field-path.ts';
import { leftoverFields, type LeftoverField } from '../release/leftover-fields.ts';
import { parseManifest } from '../release/manifest.ts';
import type { ReleaseLook } from './foreseen-release.ts';

/** Asks the API server what an object would be after a patch; it can do nothing else. */
type DryRunPatch = ClusterWriter['dryRunPatch'];

/**
 * What failed revisions have left on the objects of a release and this upgrade would leave there too (O31): helm compares
 * with the last deployed revision, which knows nothing of it.
 */
export const leftoversOf: ReleaseLook = async ({ step, answers, objects, release, record }, { writer, redactor }) => {
  const failed = (release?.failedManifests ?? []).flatMap(parseManifest);
  const findings: Finding[] = [];
  const unforeseen: Unread[] = [];
  // Without a record helm has refused, which is a finding of its own.
  if (step.kind !== 'helm-upgrade' || record === undefined) return { findings, unforeseen };
  for (const { method, path, status, after, unforeseen: why } of answers) {
    // Only what is there already can have been left behind; what cannot be judged by a dry run is told elsewhere.
    if (after === undefined || (method !== 'PATCH' && method !== 'PUT') || status >= 300 || why !== undefined) continue;
    const young = objects.find((object) => isSameObject(object, after, step.namespace));
    if (young === undefined) continue;
    const candidates = distinct(
      failed
        .filter((object) => isSameObject(object, after, step.namespace))
        .flatMap((object) => leftoverFields(object, young, after)),
    );
    if (candidates.length === 0) continue;
    try {
      const left = await withoutDefaults(path, after, candidates, writer.dryRunPatch);
      findings.push(...left.map((field) => leftoverFinding(step, after, field, redactor)));
    } catch (error) {
      if (!isProblem(error)) throw error;
      unforeseen.push({ what: `what a failed revision left on ${formatRef(refOf(after))}`, why: error.message });
    }
  }
  return { findings, unforeseen };
};

function distinct(fields: readonly LeftoverField[]): readonly LeftoverField[] {
  return [...new Map(fields.map((field) => [formatFieldPath(field.path), field])).values()];
}

/**
 * Takes the fields away in a dry run: what is still there afterwards is a default of the API server, and no leftover. Where
 * the server refuses all together, each is tried alone and as a part of the field around it; what it refuses even then is
 * told, since a default is never refused.
 */
async function withoutDefaults(
  path: string,
  after: KubeObject,
  fields: readonly LeftoverField[],
  ask: DryRunPatch,
): Promise<readonly LeftoverField[]> {
  const widened = distinct(fields.map((field) => ({ ...field, path: field.wider })));
  for (const attempt of [fields, widened]) {
    const left = await tryWithout(path, after, attempt, ask);
    if (left !== undefined) return left;
  }
  const single = await Promise.all(
    widened.map(async (field) => (await tryWithout(path, after, [field], ask)) ?? [field]),
  );
  return single.flat();
}

async function tryWithout(
  path: string,
  after: KubeObject,
  fields: readonly LeftoverField[],
  ask: DryRunPatch,
): Promise<readonly LeftoverField[] | undefined> {
  const { patch, type } = fieldPatch(fields.map((field) => field.path));
  try {
    const answer = (await ask(path, patch, type)) as unknown as Json;
    const before = after as unknown as Json;
    return fields.filter((field) => !isSameJson(fieldAt(answer, field.path), fieldAt(before, field.path)));
  } catch (error) {
    if (isProblem(error) && error.code === 'CLUSTER_REJECTED') return undefined;
    throw error;
  }
}

function leftoverFinding(step: HelmUpgradeStep, after: KubeObject, field: LeftoverField, redactor: Redactor): Finding {
  const object = refOf(after);
  const path = formatFieldPath(field.path);
  const id = cleaningRemedy(step.component, object, path);
  return finding({
    code: 'LEFTOVER_OF_FAILED_REVISION',
    severity: 'blocker',
    component: step.component,
    object,
    field: path,
    message: `${formatRef(object)} still has ${path} (${shown(after, field, redactor)}), which a failed revision has set. helm does not see it: the upgrade would leave it there.`,
    remedies: [
      {
        id,
        title: `Remove ${path} from ${formatRef(object)} before the upgrade`,
        destructive: false,
        // Where the component migrates data, the patch would start pods of the failed revision, and their migrations.
        byDefault: step.migrates === undefined,
        commands: [
          `--allow ${shellWord(id)}`,
          kubectlPatch(object, fieldPatch([field.path]))
            .map(shellWord)
            .join(' '),
        ],
      },
    ],
  });
}

/** The value, unless it may be a secret or is a whole tree. */
function shown(after: KubeObject, { path, value }: LeftoverField, redactor: Redactor): string {
  if (after.kind === 'Secret' || isSecretPath(path)) return 'a hidden value';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return typeof path.at(-1) === 'object' ? 'an item of its list' : 'a map';
  const text = redactor.text(JSON.stringify(value));
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

function isSecretPath(path: FieldPath): boolean {
  return path.some((key) => isSecretName(typeof key === 'string' ? key : key.item));
}
