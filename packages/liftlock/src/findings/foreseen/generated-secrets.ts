import type { Finding } from '../../model/finding.ts';
import { formatRef, isSameObject, refOf, type KubeObject } from '../../model/kube.ts';
import { contentOf } from '../../release/object-content.ts';
import { finding } from '../make-finding.ts';

export interface RenderedTwice {
  readonly component: string;
  readonly namespace: string;
  /** Secrets and ConfigMaps as they are, which the installation must find again. */
  readonly kept: readonly KubeObject[];
  /** The new revision's objects, rendered twice from the same values and with the kept objects in the cluster. */
  readonly first: readonly KubeObject[];
  readonly second: readonly KubeObject[];
}

/**
 * Secrets whose content the chart makes up each time, and does not look up: the installation would overwrite what the data
 * depends on (O4). A value that both renders agree on comes from the user's values or the chart, and may change.
 */
export function generatedSecretFindings(rendered: RenderedTwice): readonly Finding[] {
  const { component, namespace, first, second } = rendered;
  return rendered.kept.flatMap((live) => {
    const render = first.find((object) => isSameObject(object, live, namespace));
    const again = second.find((object) => isSameObject(object, live, namespace));
    if (render === undefined || again === undefined) return [];
    const now = contentOf(live);
    const [a, b] = [contentOf(render), contentOf(again)];
    const keys = Object.keys(a).filter((key) => a[key] !== b[key] && a[key] !== now[key]);
    if (keys.length === 0) return [];
    return [
      finding({
        code: 'GENERATED_SECRET_OVERWRITTEN',
        severity: live.kind === 'Secret' ? 'blocker' : 'warning',
        component,
        object: refOf(live),
        field: `data.${keys[0] ?? ''}`,
        message: `The chart makes up ${keys.join(', ')} of ${formatRef(refOf(live))} anew each time it is rendered, and would overwrite what is there.`,
      }),
    ];
  });
}
