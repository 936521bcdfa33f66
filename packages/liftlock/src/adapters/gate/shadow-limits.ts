import { canonicalJson } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import type { Asked } from './asked.ts';
import { customResourceOf, isCrd } from './crd-names.ts';
import { messageOf, type Judged } from './dry-run.ts';
import type { ForeseenObjects } from './foreseen-objects.ts';
import type { Upstream } from './forward.ts';
import type { LocalApis } from '../cluster/local-apis.ts';
import { definitionOf } from './places.ts';

/** What judging one write takes. */
export interface ShadowParts {
  readonly upstream: Upstream;
  readonly objects: ForeseenObjects;
  readonly localApis: LocalApis;
  readonly limits: Limits;
  /** What helm has read just now, by path. */
  readonly seen: Map<string, KubeObject>;
}

/** What the API server cannot judge, because what it would be judged by exists in the shadow alone. */
export interface Limits {
  /** Takes note of namespaces and definitions that helm makes or changes. */
  learn(asked: Asked, judged: Judged, before: KubeObject | undefined): void;
  /** Why an acceptance may be none. */
  ofAccepted(asked: Asked): string | undefined;
  /** Why a refusal is none. */
  ofRefused(asked: Asked, judged: Judged, objects: ForeseenObjects): string | undefined;
  isUnborn(namespace: string | undefined): boolean;
}

export function makeLimits(): Limits {
  const newNamespaces = new Set<string>();
  /** Definition by `group/resource`. */
  const changed = new Map<string, string>();

  /** Objects whose fields Helm 4 handed over, by path, before it applies for the first time what it used to patch. */
  const handedOver = new Set<string>();

  const changedBy = ({ target, isApply, url }: Asked): string | undefined => {
    if (isApply && handedOver.has(url.pathname)) {
      return 'helm first hands its fields over from client-side to server-side apply, and a dry run does not keep that';
    }
    const crd = changed.get(`${target.group}/${target.resource}`);
    return crd === undefined
      ? undefined
      : `it is judged by the CustomResourceDefinition ${crd} as it is, and the same upgrade changes that`;
  };

  return {
    learn: ({ method, request, url }, { object }, before) => {
      if (object === undefined || method === 'DELETE') return;
      if ((request.headers['content-type'] ?? '').includes('json-patch')) handedOver.add(url.pathname);
      if (before === undefined && object.kind === 'Namespace') newNamespaces.add(object.metadata.name);
      if (before === undefined || !isCrd(object)) return;
      const custom = customResourceOf(object);
      if (custom !== undefined && versionsOf(object) !== versionsOf(before)) {
        changed.set(`${custom.group}/${custom.resource}`, custom.crd);
      }
    },
    isUnborn: (namespace) => namespace !== undefined && newNamespaces.has(namespace),
    ofAccepted: changedBy,
    ofRefused: (asked, judged, objects) => {
      const { namespace } = asked.target;
      if (judged.status === 404 && namespace !== undefined && newNamespaces.has(namespace)) {
        return `the namespace ${namespace} is made by the same upgrade`;
      }
      const definition = judged.status === 404 ? definitionOf(asked.target, objects) : undefined;
      if (definition !== undefined) return `its CustomResourceDefinition ${definition} is made by the same upgrade`;
      // The server refuses the dry run, not the write: https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#side-effects
      if (/does not support dry run/.test(messageOf(judged))) return messageOf(judged);
      return [400, 409, 422].includes(judged.status) ? changedBy(asked) : undefined;
    },
  };
}

function versionsOf(crd: KubeObject): string {
  return canonicalJson(crd.spec?.['versions'] ?? null);
}
