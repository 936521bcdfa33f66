import { isJsonObject, type Json } from '../model/json.ts';
import type { Plan } from '../model/plan.ts';
import { Problem } from '../model/problem.ts';
import { masked, type Redactor } from '../model/redaction.ts';
import { secretsInside } from '../model/redaction-forms.ts';
import { isSecretEntry } from '../model/secret-names.ts';

/** What people read of a step; nothing is done by it. */
const shownOnly = new Set(['title', 'command', 'guideCommand', 'notes', 'note', 'migration', 'source', 'pullFlags']);

/**
 * Lets the redactor leave alone what a plan names: a run is carried out from its journal, and releases, objects and files are found
 * by these words, though a Secret may hold one of them as a host or a user. What has a secret's name is not among them.
 */
export function spareNames(plan: Plan, redactor: Pick<Redactor, 'spare'>): void {
  redactor.spare(actedOn(plan).flatMap(([, value]) => namesIn(value)));
}

/**
 * The same, for a plan that is about to be carried out.
 * @throws Problem PLAN_MASKED where something that it acts by would still be masked, or is so already
 */
export function keepReadable(plan: Plan, redactor: Redactor): void {
  spareNames(plan, redactor);
  const places = actedOn(plan).flatMap(([where, value]) => maskedIn(value, redactor).map((path) => [where, ...path]));
  const [first] = places;
  if (first === undefined) return;
  throw new Problem('PLAN_MASKED', `The plan acts by something that is masked as a secret: ${first.join('.')}.`, {
    advice: [
      'Let a Secret of the cluster hold it, or a file, and let the definition name that: journals hold no secrets.',
      'Where it is no secret, a value with the name of one has the same text.',
    ],
    details: { places: places.map((path) => path.join('.')) },
  });
}

function actedOn(plan: Plan): readonly (readonly [string, Json])[] {
  const { site, cluster, platform, route, state, inputs = {}, decisions, components } = plan;
  const steps = [...plan.steps, ...plan.ahead.flatMap((later) => later.steps)];
  const named = components.map(({ name, release, namespace, chart }) => ({ name, release, namespace, chart }));
  const remedies = decisions.map(({ remedy }) => remedy);
  const parts = { site, cluster, platform, route, state, inputs, remedies, components: named } as unknown as Json;
  return [['plan', parts], ...steps.map((step) => [step.id, step as unknown as Json] as const)];
}

function namesIn(value: Json, isSecret = false): readonly string[] {
  if (typeof value === 'string') return isSecret || secretsInside(value).length > 0 ? [] : [value];
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap((item) => namesIn(item, isSecret));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner = null]) =>
    shownOnly.has(key) ? [] : [key, ...namesIn(inner, isSecretEntry(value, key, isSecret))],
  );
}

/** Paths of what the redactor would change, or has changed. */
function maskedIn(value: Json, redactor: Redactor): readonly (readonly string[])[] {
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, inner = null]) => {
      if (shownOnly.has(key)) return [];
      return maskedIn(inner, redactor).map((path) => [key, ...path]);
    });
  const isMasked = redactor.json(value) !== value || (typeof value === 'string' && value.includes(masked));
  return isMasked ? [[]] : [];
}
