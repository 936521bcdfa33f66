import { writeFile } from 'node:fs/promises';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { openPrivatePlace } from '../adapters/files/private-place.ts';
import { cacheHome } from '../adapters/files/state-folder.ts';
import type { JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import type { Component } from '../model/platform.ts';
import type { HelmRunner } from '../model/ports.ts';
import { exitCodes, Problem } from '../model/problem.ts';
import { imagesOf } from '../release/images.ts';
import { parseManifest } from '../release/manifest.ts';
import type { Described, OpenParts } from './open-site.ts';

/** One chart of one hop, and the values that it may be given. */
export interface Rendering {
  readonly component: Component;
  readonly version: string;
  /** Path of the archive. */
  readonly file: string;
  /** Each is rendered by itself: as the user has them, and as a migration will have them. */
  readonly values: readonly JsonObject[];
  /** What the chart is told of the API server, x.y.z. */
  readonly kubernetes?: string | undefined;
}

/**
 * The images that a chart renders with the user's values, hooks and init containers among them, and those that the definition
 * names besides. Rendered without a cluster: good for a list of images, never for a plan, since `lookup` finds nothing.
 *
 * @throws Problem BUNDLE_RENDER_FAILED with helm's words
 */
export async function renderImages(
  rendering: Rendering,
  described: Described,
  helm: HelmRunner,
  parts: OpenParts,
): Promise<readonly string[]> {
  const { component, version } = rendering;
  const place = openPrivatePlace(join(cacheHome(parts.environment), 'bundles'), 'values');
  try {
    const images = new Set((component.images ?? []).map((image) => image.replaceAll('{version}', version)));
    const failures: string[] = [];
    for (const [index, values] of rendering.values.entries()) {
      const file = join(place.path, `values-${index}.json`);
      await writeFile(file, JSON.stringify(values), { mode: 0o600 });
      const objects = await render(rendering, file, described, helm);
      if (typeof objects === 'string') failures.push(objects);
      else for (const { image } of imagesOf(objects, described.namespace)) images.add(image);
    }
    if (failures.length === rendering.values.length) {
      const said = parts.redactor.text(failures[0] ?? '').trim();
      throw new Problem('BUNDLE_RENDER_FAILED', `helm cannot render ${component.name} ${version}:\n${said}`, {
        advice: [
          'Without it nobody knows which images it runs. Check the values.',
          'If the chart asks for a version of Kubernetes: --kube-version x.y.z, that of the closed side.',
        ],
        exitCode: exitCodes.blocked,
      });
    }
    return [...images];
  } finally {
    place.close();
  }
}

async function render(
  { component, file, kubernetes }: Rendering,
  values: string,
  { namespace }: Described,
  helm: HelmRunner,
): Promise<readonly KubeObject[] | string> {
  const where = ['--namespace', component.namespace ?? namespace];
  const version = kubernetes === undefined ? [] : ['--kube-version', kubernetes];
  const args = ['template', component.release, file, ...where, '--values', values, ...version, '--skip-tests'];
  const { code, stdout, stderr } = await helm.start({ args, kubeconfig: devNull }).done;
  return code === 0 ? parseManifest(stdout) : stderr;
}
