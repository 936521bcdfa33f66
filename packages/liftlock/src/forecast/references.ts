import {
  isOtherHook,
  keysOf,
  missingReferences,
  wantedReferences,
  type Lookup,
  type Wanted,
} from '../findings/foreseen/missing-references.ts';
import { missingClasses } from '../findings/foreseen/missing-classes.ts';
import type { Hop } from '../findings/foreseen/hop.ts';
import type { KubeObject } from '../model/kube.ts';
import { isProblem } from '../model/problem.ts';
import type { Unread } from '../model/snapshot.ts';
import type { HopLook, LookParts } from './foreseen-release.ts';
import { readHop } from './read-hop.ts';

const plurals = {
  Secret: 'secrets',
  ConfigMap: 'configmaps',
  PersistentVolumeClaim: 'persistentvolumeclaims',
} as const;

/** Secrets, ConfigMaps, claims and classes that the new revisions refer to and that are not there (issue of every stuck pod). */
export const referencesOf: HopLook = async (releases, parts) => {
  const hop = await readHop(releases, parts);
  const wanted = wantedReferences(hop);
  const [found, classes] = await Promise.all([lookUp(wanted, parts), classesOf(hop, parts)]);
  const made = madeSecrets(parts);
  const judged = missingReferences(
    hop,
    wanted,
    (item) => made.get(pathOf(item)) ?? found.get(pathOf(item)) ?? 'absent',
  );
  // What the preflight says of the platform's own pull secret is not said again.
  const isTold = parts.snapshot.pullSecret?.exists === false;
  const findings = judged.findings.filter(({ code }) => !(isTold && code === 'PULL_SECRET_MISSING'));
  return {
    findings: [...findings, ...classes.findings],
    unforeseen: [...judged.unforeseen, ...classes.unforeseen],
  };
};

function pathOf({ kind, name, namespace }: Pick<Wanted, 'kind' | 'name' | 'namespace'>): string {
  return `/api/v1/namespaces/${namespace}/${plurals[kind]}/${name}`;
}

/** Secrets that steps of the plan make from files, with their keys. */
function madeSecrets({ steps = [] }: Pick<LookParts, 'steps'>): ReadonlyMap<string, Lookup> {
  return new Map(
    steps.flatMap((step) =>
      step.kind === 'create-secret'
        ? [[pathOf({ ...step, kind: 'Secret' }), { keys: new Set(Object.keys(step.files)) }] as const]
        : [],
    ),
  );
}

/** How many reads go side by side. */
const sideBySide = 8;

async function lookUp(
  wanted: readonly Wanted[],
  { reader, redactor }: Pick<LookParts, 'reader' | 'redactor'>,
): Promise<ReadonlyMap<string, Lookup>> {
  const found = new Map<string, Lookup>();
  const queue = [...new Set(wanted.map(pathOf))];
  await Promise.all(
    Array.from({ length: sideBySide }, async () => {
      for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
        try {
          const object = await reader.find(path);
          if (object?.kind === 'Secret') redactor.learnSecretData(object.data);
          found.set(path, object === undefined ? 'absent' : { keys: keysOf(object) });
        } catch (error) {
          if (!isProblem(error)) throw error;
          found.set(path, { unread: error.message });
        }
      }
    }),
  );
  return found;
}

async function classesOf(hop: Hop, { reader }: Pick<LookParts, 'reader'>) {
  const objects = hop.objects.filter((item) => item.isWritten && !isOtherHook(item, hop));
  const unforeseen: Unread[] = [];
  const read = async (kind: string, path: string, what: string): Promise<readonly KubeObject[] | undefined> => {
    if (!objects.some(({ object }) => object.kind === kind)) return [];
    try {
      return await reader.list(path);
    } catch (error) {
      if (!isProblem(error)) throw error;
      unforeseen.push({ what, why: error.message });
      return undefined;
    }
  };
  const [storage, ingress] = await Promise.all([
    read('PersistentVolumeClaim', '/apis/storage.k8s.io/v1/storageclasses', 'storage classes of new claims'),
    read('Ingress', '/apis/networking.k8s.io/v1/ingressclasses', 'classes of Ingresses'),
  ]);
  return { findings: missingClasses({ ...hop, objects }, { storage, ingress }), unforeseen };
}
