import { imageFindings, type AskedImage } from '../findings/foreseen/image-findings.ts';
import { wayBackFindings } from '../findings/foreseen/way-back.ts';
import type { Finding } from '../model/finding.ts';
import type { KubeObject } from '../model/kube.ts';
import type { ImageStatus, RegistryLogin } from '../model/ports.ts';
import type { ImageToProve } from '../model/step.ts';
import { imagesOf, isLoginFor, registryOfImage, type ImageUse } from '../release/images.ts';
import { parseManifest } from '../release/manifest.ts';
import type { ForeseenRelease, HopLook, LookParts } from './foreseen-release.ts';
import { pullLogins } from './pull-logins.ts';

/** Asked side by side at most. */
const sideBySide = 8;
/** Milliseconds for one registry, and for all together: a forecast waits no longer for evidence. */
const registryMs = 5000;
const allMs = 10_000;

type Use = AskedImage['uses'][number];

/**
 * Asks the registries for every image of the new revisions (O25), and for those of the installed ones that a rollback would
 * need again (O18).
 */
export const imagesOfHop: HopLook = async (releases, parts) => {
  const wanted = releases.map((foreseen) => ({ foreseen, uses: usesOf(foreseen) }));
  const uses = wanted.flatMap((item) => item.uses);
  const known = new Set(uses.map(({ image }) => image));
  const former = wanted.flatMap(({ foreseen }) => formerUses(foreseen)).filter(({ image }) => !known.has(image));
  const byImage = Map.groupBy<string, Use>([...uses, ...former], ({ image }) => image);
  const asked = parts.images === undefined ? [] : await askAll(byImage, releases, parts);
  const isGone = (image: string) => asked.some((item) => item.image === image && item.status === 'not-found');
  return {
    findings: [
      ...imageFindings(
        asked.filter(({ image }) => known.has(image)),
        parts.images?.areProvenInCluster === true,
      ),
      ...releases.flatMap((foreseen) =>
        wayBackOf(foreseen, [...new Set(formerUses(foreseen).map(({ image }) => image))].filter(isGone)),
      ),
    ],
    unforeseen: [],
  };
};

/** Images of the new revisions as a step of the plan needs them, each once with the same pull secrets. */
export function imagesToProve(releases: readonly ForeseenRelease[]): readonly ImageToProve[] {
  const all = releases.flatMap(usesOf).filter(({ serviceAccount }) => serviceAccount !== undefined);
  const images = all.map(({ image, component, namespace, pullSecrets, serviceAccount, nodeSelector, tolerations }) => ({
    image,
    component,
    namespace,
    pullSecrets,
    serviceAccount: serviceAccount ?? 'default',
    ...(nodeSelector === undefined ? {} : { nodeSelector }),
    ...(tolerations === undefined ? {} : { tolerations }),
  }));
  const keyOf = ({ image, namespace, pullSecrets }: ImageToProve) => JSON.stringify([image, namespace, pullSecrets]);
  return [...new Map(images.map((item) => [keyOf(item), item])).values()];
}

/** Images of the new revision and its hooks. */
function usesOf({ step, objects, hooks, changes }: ForeseenRelease): readonly Use[] {
  const starts = (object: ImageUse['object']) =>
    changes.some(
      (change) =>
        (change.restartsPods || change.change === 'created') &&
        change.object.kind === object.kind &&
        change.object.name === object.name,
    );
  const { component, namespace } = step;
  return [
    ...imagesOf(objects, namespace).map((use) => ({ ...use, component, startsPods: starts(use.object) })),
    ...imagesOf(hooks, namespace).map((use) => ({ ...use, component, startsPods: true })),
  ];
}

function formerUses({ step, release }: ForeseenRelease): readonly Use[] {
  if (step.kind !== 'helm-upgrade' || release?.installed === undefined) return [];
  const { component, namespace } = step;
  return imagesOf(parseManifest(release.manifest), namespace).map((use) => ({ ...use, component, startsPods: false }));
}

function wayBackOf({ step, release, answers }: ForeseenRelease, goneImages: readonly string[]): readonly Finding[] {
  if (step.kind !== 'helm-upgrade' || release?.installed === undefined) return [];
  const former = parseManifest(release.manifest);
  const writes = answers.flatMap(({ method, status, before, after, unforeseen }) =>
    after === undefined || status >= 300 || unforeseen !== undefined || method === 'DELETE' ? [] : [{ before, after }],
  );
  return wayBackFindings({ component: step.component, namespace: step.namespace, former, writes, goneImages });
}

/** Asks for all images, a few at a time; a registry that did not answer once is not asked again. */
async function askAll(
  byImage: ReadonlyMap<string, readonly Use[]>,
  releases: readonly ForeseenRelease[],
  parts: LookParts,
): Promise<readonly AskedImage[]> {
  const end = AbortSignal.timeout(allMs);
  const silent = new Set<string>();
  const logins = pullLogins(comingSecrets(releases), parts);
  const asked: AskedImage[] = [];
  const queue = [...byImage];
  await Promise.all(
    Array.from({ length: sideBySide }, async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const [image, uses] = next;
        const registry = registryOfImage(image);
        const status = silent.has(registry) || end.aborted ? 'unreachable' : await ask(image, uses, end, logins, parts);
        if (status === 'unreachable') silent.add(registry);
        asked.push({ image, status, uses });
      }
    }),
  );
  return asked.toSorted((a, b) => (a.image < b.image ? -1 : 1));
}

async function ask(
  image: string,
  uses: readonly Use[],
  end: AbortSignal,
  loginsOf: (use: ImageUse) => Promise<readonly (RegistryLogin & { readonly server: string })[]>,
  { images }: LookParts,
): Promise<ImageStatus> {
  const all = (await Promise.all(uses.map(loginsOf))).flat().filter(({ server }) => isLoginFor(server, image));
  const logins = [...new Map(all.map((login) => [`${login.username} ${login.password}`, login])).values()];
  const signal = AbortSignal.any([end, AbortSignal.timeout(registryMs)]);
  return (await images?.statusOf(image, { logins, signal })) ?? 'unreachable';
}

/** Secrets that come with the upgrade, before its pods. */
function comingSecrets(releases: readonly ForeseenRelease[]): readonly KubeObject[] {
  return releases.flatMap(({ objects, step }) =>
    objects
      .filter(({ kind }) => kind === 'Secret' || kind === 'ServiceAccount')
      .map((object) => ({ ...object, metadata: { namespace: step.namespace, ...object.metadata } })),
  );
}
