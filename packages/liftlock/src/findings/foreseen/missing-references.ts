import type { Finding } from '../../model/finding.ts';
import { jsonAt } from '../../model/json.ts';
import { refOf, type KubeObject } from '../../model/kube.ts';
import type { Unread } from '../../model/snapshot.ts';
import type { FindingCode } from '../catalog.ts';
import { listAt, textAt } from '../faults/read.ts';
import { allowing, finding } from '../make-finding.ts';
import { nameOf, podTemplateOf, type Hop, type HopObject } from './hop.ts';
import { referencesOf, type Reference } from './references.ts';

/** What is there now of something that pods refer to. */
export type Lookup =
  | { readonly keys: ReadonlySet<string> }
  /** It does not exist. */
  | 'absent'
  /** It may not be read. */
  | { readonly unread: string };

/** A reference with where it is looked for. */
export interface Wanted extends Reference {
  readonly of: HopObject;
  readonly namespace: string;
}

/**
 * What the pods of a hop refer to, and that has to be looked up. Of workloads that stay as they are only what this upgrade
 * takes away counts: what they lack otherwise, they lack today.
 */
export function wantedReferences(hop: Hop): readonly Wanted[] {
  return hop.objects.flatMap((of) => {
    const template = podTemplateOf(of.object);
    if (template === undefined || isOtherHook(of, hop)) return [];
    const namespace = of.object.metadata.namespace ?? of.namespace;
    const made = new Set(
      listAt(of.object.spec, 'volumeClaimTemplates').map((claim) => textAt(claim, 'metadata', 'name')),
    );
    return referencesOf(template.spec, made).map((reference) => ({ ...reference, of, namespace }));
  });
}

/** A hook that does not run in this step: a test, or one for uninstalling. */
export function isOtherHook({ hook, order }: HopObject, hop: Hop): boolean {
  if (hook === undefined) return false;
  const release = hop.releases[order];
  const phase = release?.kind === 'rollback' ? 'rollback' : release?.isInstall === true ? 'install' : 'upgrade';
  return !hook.events.some((event) => event === `pre-${phase}` || event === `post-${phase}`);
}

export interface ReferenceJudgement {
  readonly findings: readonly Finding[];
  readonly unforeseen: readonly Unread[];
}

const codes = {
  Secret: 'SECRET_MISSING',
  ConfigMap: 'CONFIG_MAP_MISSING',
  PersistentVolumeClaim: 'CLAIM_MISSING',
} as const satisfies Readonly<Record<Reference['kind'], FindingCode>>;

/** Objects and keys that neither exist nor come with the new revisions in time. */
export function missingReferences(
  hop: Hop,
  wanted: readonly Wanted[],
  lookup: (wanted: Wanted) => Lookup,
): ReferenceJudgement {
  const findings: Finding[] = [];
  const unforeseen: Unread[] = [];
  for (const same of Map.groupBy(wanted, idOf).values()) {
    const [first] = same;
    if (first === undefined) continue;
    const verdict = judge(first, hop, lookup(first));
    if (verdict === undefined) continue;
    if (typeof verdict === 'string') {
      unforeseen.push({
        what: `${first.kind} ${first.namespace}/${first.name}, which ${first.of.component} needs`,
        why: verdict,
      });
    } else {
      findings.push(missing(same, first, verdict));
    }
  }
  return { findings, unforeseen };
}

/** References of one workload to the same thing are told once. */
function idOf({ of, namespace, kind, name, key = '', isPullSecret }: Wanted): string {
  return [of.component, nameOf(of), namespace, kind, name, isPullSecret ? '' : key].join('\n');
}

interface Lack {
  readonly what: 'object' | 'key';
  readonly why: string;
  readonly isLate: boolean;
}

/** What is wrong; a text where it cannot be known; undefined where all is well. */
function judge(wanted: Wanted, hop: Hop, found: Lookup): Lack | string | undefined {
  const comes = hop.objects.filter((item) => isIt(item.object, item.namespace, wanted) && comesWith(item, wanted.of));
  const inTime = comes.filter((item) => item.order <= wanted.of.order);
  const leaves = hop.gone.some((item) => isIt(item.object, item.namespace, wanted) && item.order <= wanted.of.order);
  // A workload that stays as it is runs with what is there; only what goes can harm it.
  const isUntouched = !wanted.of.isWritten && wanted.of.hook === undefined;
  const last = inTime.at(-1);
  if (last !== undefined) return keyLack(wanted, keysOf(last.object), 'the new revision');
  if (typeof found === 'object' && 'unread' in found) return isUntouched && !leaves ? undefined : found.unread;
  if (leaves) return { what: 'object', why: 'this upgrade deletes it', isLate: false };
  if (found !== 'absent') return isUntouched ? undefined : keyLack(wanted, found.keys, 'the cluster');
  if (isUntouched) return undefined;
  const later = comes.at(0);
  if (later !== undefined) {
    const why = `it comes only with ${later.component}, which is upgraded later`;
    return { what: 'object', why, isLate: true };
  }
  const maker = makerOf(wanted, hop);
  if (maker !== undefined) return `it does not exist yet; ${nameOf(maker)} may make it`;
  return { what: 'object', why: 'neither the cluster nor the new revision has it', isLate: false };
}

function keyLack({ kind, key }: Wanted, keys: ReadonlySet<string>, where: string): Lack | undefined {
  if (key === undefined || kind === 'PersistentVolumeClaim' || keys.has(key)) return undefined;
  const has = keys.size === 0 ? 'it has none' : `it has ${[...keys].toSorted().slice(0, 8).join(', ')}`;
  return { what: 'key', why: `${where === 'the cluster' ? '' : `in ${where} `}${has}`.trim(), isLate: false };
}

/** Keys of a Secret or ConfigMap. */
export function keysOf(object: KubeObject): ReadonlySet<string> {
  const lists = ['data', 'stringData', 'binaryData'].map((part) => jsonAt(object as never, [part]));
  return new Set(lists.flatMap((list) => Object.keys((list ?? {}) as object)));
}

function isIt(object: KubeObject, releaseNamespace: string, wanted: Wanted): boolean {
  return (
    object.kind === wanted.kind &&
    object.apiVersion === 'v1' &&
    object.metadata.name === wanted.name &&
    (object.metadata.namespace ?? releaseNamespace) === wanted.namespace
  );
}

/** True when helm has made the object before it makes the pods: hooks before the release know nothing of its manifest. */
function comesWith(item: HopObject, pod: HopObject): boolean {
  if (item.isRefused) return false;
  const isPre = (of: HopObject) => of.hook?.events.some((event) => event.startsWith('pre-')) === true;
  if (item.hook === undefined) return !(isPre(pod) && item.order === pod.order);
  // A hook that goes when it has succeeded is gone again.
  if (item.hook.deletePolicies.includes('hook-succeeded') && pod.hook === undefined) return false;
  return isPre(item) || (pod.hook !== undefined && !isPre(pod));
}

/**
 * Something in the hop that mentions the name and may make the object: custom resources of cert-manager, External Secrets and
 * their like, Jobs and hooks that write Secrets.
 */
function makerOf(wanted: Wanted, hop: Hop): HopObject | undefined {
  return hop.objects.find(({ object, hook }) => {
    if (object === wanted.of.object) return false;
    const group = object.apiVersion.includes('/') ? (object.apiVersion.split('/')[0] ?? '') : '';
    const isCustom = group.includes('.') && !group.endsWith('.k8s.io');
    if (isCustom && object.metadata.name === wanted.name) return true;
    const isMaker = isCustom || hook !== undefined || object.kind === 'Job' || object.kind === 'Ingress';
    return isMaker && mentions({ spec: object.spec }, wanted.name);
  });
}

function mentions(value: unknown, name: string): boolean {
  const text = JSON.stringify(value) ?? '';
  const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`(^|[^\\w.-])${escaped}($|[^\\w.-])`).test(text);
}

function missing(same: readonly Wanted[], wanted: Wanted, lack: Lack): Finding {
  const { kind, name, key, of, namespace, isPullSecret } = wanted;
  const where = same.map((item) => item.where).join(', ');
  const thing = `${kind} ${namespace}/${name}`;
  const id = `missing:${kind.toLowerCase()}/${name}`;
  const code: FindingCode = isPullSecret ? 'PULL_SECRET_MISSING' : lack.what === 'key' ? 'KEY_MISSING' : codes[kind];
  const what = lack.what === 'key' ? `the key ${key ?? ''} of ${thing}` : thing;
  const isBlocker = !isPullSecret && !lack.isLate;
  return finding({
    code,
    severity: isBlocker ? 'blocker' : 'warning',
    component: of.component,
    object: { namespace, ...refOf(of.object) },
    field: where,
    message: `${nameOf(of)} needs ${what} (${where}): ${lack.why}.`,
    remedies: isBlocker ? [allowing(id, 'Go on: it will be there in time')] : [],
  });
}
