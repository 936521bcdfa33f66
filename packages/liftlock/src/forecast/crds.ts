import { notUpgraded, storedVersionFindings } from '../findings/foreseen/crd-versions.ts';
import type { Finding } from '../model/finding.ts';
import { canonicalJson } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import { isProblem } from '../model/problem.ts';
import type { Unread } from '../model/snapshot.ts';
import { isDefinition, packedDefinitions } from '../release/packed-crds.ts';
import type { LookParts, ReleaseLook } from './foreseen-release.ts';

const collection = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** Custom resource definitions: versions that are stored and would go, and those in `crds/` that helm does not touch. */
export const crdsOf: ReleaseLook = async ({ step, objects, chart, release }, parts) => {
  const unforeseen: Unread[] = [];
  const { component } = step;
  const look = async (crd: KubeObject, judge: (live: KubeObject | undefined) => Promise<readonly Finding[]>) => {
    try {
      return await judge(await parts.reader.find(`${collection}/${crd.metadata.name}`));
    } catch (error) {
      if (!isProblem(error)) throw error;
      unforeseen.push({ what: `CustomResourceDefinition ${crd.metadata.name}`, why: error.message });
      return [];
    }
  };
  const templated = await Promise.all(
    objects
      .filter(isDefinition)
      .map((crd) =>
        look(crd, async (live) => (live === undefined ? [] : storedVersionFindings(component, crd, live, true))),
      ),
  );
  // A first installation makes them.
  const packed = release === undefined ? [] : packedDefinitions(chart?.content);
  const applied = new Set(
    (parts.steps ?? []).flatMap((item) =>
      item.kind === 'apply-crds' && item.component === component ? item.names : [],
    ),
  );
  const beside = await Promise.all(
    packed.map((crd) =>
      look(crd, async (live) => {
        if (live !== undefined && (await isSame(crd, live, parts))) return [];
        // A step of the plan applies it, and is refused as helm would be.
        const isApplied = applied.has(crd.metadata.name);
        const dropped = live === undefined ? [] : storedVersionFindings(component, crd, live, isApplied);
        return isApplied ? dropped : [...dropped, notUpgraded(component, crd, live)];
      }),
    ),
  );
  return { findings: [...templated, ...beside].flat(), unforeseen };
};

/** The same after the server's defaults: asked by a dry run of a patch; what it refuses is not the same. */
async function isSame(crd: KubeObject, live: KubeObject, { writer }: Pick<LookParts, 'writer'>): Promise<boolean> {
  if (crd.spec === undefined) return true;
  try {
    const patched = await writer.dryRunPatch(`${collection}/${crd.metadata.name}`, { spec: crd.spec }, 'merge');
    return canonicalJson(patched.spec) === canonicalJson(live.spec);
  } catch (error) {
    if (isProblem(error) && error.code === 'CLUSTER_REJECTED') return false;
    throw error;
  }
}
