import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import { parseQuantity } from '../../model/quantity.ts';
import type { FindingCode } from '../catalog.ts';

/** What a refused dry run of a pod says. */
export interface PodRefusal {
  /** `not-judged`: the refusal is about the question and not about the pod. */
  readonly code: PodRefusalCode | 'not-judged' | 'quota';
  /** In the API server's words, as short as they can be without losing what matters. */
  readonly words: string;
  /** What is missing, for the codes that end with it. */
  readonly missing?: string | undefined;
}

export type PodRefusalCode = Extract<
  FindingCode,
  | 'POD_REFUSED'
  | 'POD_SECURITY'
  | 'SERVICE_ACCOUNT_MISSING'
  | 'PRIORITY_CLASS_MISSING'
  | 'RUNTIME_CLASS_MISSING'
  | 'LIMIT_RANGE'
  | 'ADMISSION_DENIED'
  | 'WEBHOOK_DOWN'
>;

/** What a pod counts as, where a quota refuses it: `exceeded quota: room, requested: pods=1,requests.cpu=1, used: …`. */
export function requestedOf({ code, words }: PodRefusal): Readonly<Record<string, number>> {
  const list = code === 'quota' ? /exceeded quota: [^,]*, requested: (.*?), used: /.exec(words)?.[1] : undefined;
  const pairs = (list ?? '').split(',').map((pair) => pair.split('='));
  return Object.fromEntries(
    pairs.flatMap(([name = '', amount = '']) => (amount === '' ? [] : [[name.trim(), parseQuantity(amount)]])),
  );
}

type Rule = readonly [code: PodRefusal['code'], words: RegExp];

/** The API server's own words; the first group of a rule for something missing is its name. */
const rules: readonly Rule[] = [
  ['not-judged', /cannot create resource "/],
  ['not-judged', /does not support dry run/],
  ['not-judged', /^namespaces? "[^"]*" not found|because it is being terminated/],
  ['SERVICE_ACCOUNT_MISSING', /error looking up service account \S*?: serviceaccounts? "([^"]+)" not found/],
  ['PRIORITY_CLASS_MISSING', /no PriorityClass with name (\S+) was found/],
  ['RUNTIME_CLASS_MISSING', /RuntimeClass(?:\.node\.k8s\.io)? "([^"]+)" not found/],
  ['POD_SECURITY', /violates PodSecurity|unable to validate against any security context constraint/],
  ['quota', /exceeded quota: /],
  ['WEBHOOK_DOWN', /failed calling webhook|failed to call webhook/],
  ['ADMISSION_DENIED', /admission webhook "[^"]*" denied the request|ValidatingAdmissionPolicy '[^']*' with binding/],
  [
    'LIMIT_RANGE',
    /\b(maximum|minimum) [\w./-]+ usage per (Pod|Container)|max limit to request ratio per (Pod|Container)/,
  ],
];

/** Which of the known refusals it is; what no rule fits is POD_REFUSED with the server's words. */
export function podRefusal(message: string): PodRefusal {
  const words = message
    .replace(/^\S+ fails to answer: /, '')
    .replace(/^(pods?|Pod) "[^"]*" is (forbidden|invalid): /, '')
    .replace(/^Internal error occurred: /, '')
    .trim();
  for (const [code, pattern] of rules) {
    const match = pattern.exec(message);
    if (match === null) continue;
    const isMissing = code.endsWith('_MISSING');
    return { code, words, ...(isMissing ? { missing: match[1] } : {}) };
  }
  return { code: 'POD_REFUSED', words };
}

/**
 * The pod without what it was refused for, so that the next refusal is found as well; undefined where nothing can be left
 * out.
 */
export function withoutRefused(pod: KubeObject, { code }: PodRefusal): KubeObject | undefined {
  const spec = { ...pod.spec };
  switch (code) {
    case 'SERVICE_ACCOUNT_MISSING':
      if ((spec['serviceAccountName'] ?? 'default') === 'default') return undefined;
      return { ...pod, spec: without(spec, 'serviceAccountName', 'serviceAccount') };
    case 'PRIORITY_CLASS_MISSING':
      return { ...pod, spec: without(spec, 'priorityClassName', 'priority', 'preemptionPolicy') };
    case 'RUNTIME_CLASS_MISSING':
      return { ...pod, spec: without(spec, 'runtimeClassName', 'overhead') };
    case 'LIMIT_RANGE':
      return hasResources(spec) ? { ...pod, spec: withoutResources(spec) } : undefined;
    default:
      return undefined;
  }
}

function without(spec: JsonObject, ...keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(spec).filter(([key]) => !keys.includes(key)));
}

const containerLists = ['containers', 'initContainers'] as const;

function hasResources(spec: JsonObject): boolean {
  return containerLists.some((key) => items(spec[key]).some((item) => item['resources'] !== undefined));
}

function withoutResources(spec: JsonObject): JsonObject {
  const lists = containerLists
    .filter((key) => spec[key] !== undefined)
    .map((key) => [key, items(spec[key]).map((item) => without(item, 'resources'))]);
  return { ...spec, ...(Object.fromEntries(lists) as JsonObject) };
}

/** Containers and images of the stored pod that the template does not have: what webhooks have put there. */
export function mutationsOf(asked: KubeObject, stored: KubeObject): readonly string[] {
  return containerLists.flatMap((key) => {
    const wanted = new Map(items(asked.spec?.[key]).map((item) => [item['name'], item['image']]));
    const what = key === 'initContainers' ? 'init container' : 'container';
    return items(stored.spec?.[key]).flatMap(({ name, image }) => {
      if (typeof name !== 'string' || typeof image !== 'string') return [];
      if (!wanted.has(name)) return [`${what} ${name} (${image}) is added`];
      return wanted.get(name) === image ? [] : [`${what} ${name} gets the image ${image}`];
    });
  });
}

function items(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isJsonObject) : [];
}
