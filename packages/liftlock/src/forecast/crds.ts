import { notUpgraded, storedVersionFindings } from '../findings/foreseen/crd-versions.ts';
import type { ChartContent } from '../model/chart-content.ts';
import type { Finding } from '../model/finding.ts';
import { canonicalJson } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import { isProblem } from '../model/problem.ts';
import type { Unread } from '../model/snapshot.ts';
import { parseManifest } from '../release/manifest.ts';
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
  const beside = await Promise.all(
    packed.map((crd) =>
      look(crd, async (live) => {
        if (live !== undefined && (await isSame(crd, live, parts))) return [];
        const dropped = live === undefined ? [] : storedVersionFindings(component, crd, live, false);
        return [...dropped, notUpgraded(component, crd, live)];
      }),
    ),
  );
  return { findings: [...templated, ...beside].flat(), unforeseen };
};

/** Definitions in `crds/` of a chart and of the charts inside it. */
function packedDefinitions(content: ChartContent | undefined): readonly KubeObject[] {
  if (content === undefined) return [];
  const own = (content.crds ?? []).flatMap(({ text }) => parseManifest(text)).filter(isDefinition);
  return [...own, ...content.subcharts.flatMap(packedDefinitions)];
}

function isDefinition({ kind, apiVersion }: KubeObject): boolean {
  return kind === 'CustomResourceDefinition' && apiVersion.startsWith('apiextensions.k8s.io/');
}

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
