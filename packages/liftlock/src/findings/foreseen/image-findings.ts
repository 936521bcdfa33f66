import type { Finding } from '../../model/finding.ts';
import { formatRef } from '../../model/kube.ts';
import type { ImageStatus } from '../../model/ports.ts';
import { registryOfImage, type ImageUse } from '../../release/images.ts';
import { allowing, finding } from '../make-finding.ts';

/** What a registry said of one image, and who needs it. */
export interface AskedImage {
  readonly image: string;
  readonly status: ImageStatus;
  readonly uses: readonly (ImageUse & { readonly component: string; readonly startsPods: boolean })[];
}

/** Images of the new revision that do not exist, and those of which nothing could be seen, by registry (O25). */
export function imageFindings(asked: readonly AskedImage[], isProvenInCluster: boolean): readonly Finding[] {
  const hidden = asked.filter(({ status }) => status === 'refused' || status === 'unreachable');
  return [
    ...asked.filter(({ status }) => status === 'not-found').map(notFound),
    ...[...Map.groupBy(hidden, ({ image }) => registryOfImage(image))].map(([registry, images]) =>
      unproven(registry, images, isProvenInCluster),
    ),
  ];
}

function notFound({ image, uses }: AskedImage): Finding {
  const use = uses.find((item) => item.startsPods) ?? uses[0];
  const users = [...new Set(uses.map(({ object, namespace }) => formatRef({ namespace, ...object })))];
  const startsPods = use?.startsPods === true;
  return finding({
    code: 'IMAGE_NOT_FOUND',
    severity: startsPods ? 'blocker' : 'warning',
    component: use?.component,
    object: use === undefined ? undefined : { namespace: use.namespace, ...use.object },
    field: 'image',
    message: `The image ${image} does not exist: ${registryOfImage(image)} let liftlock in and has no such image. ${users.join(', ')} ${startsPods ? 'would not start' : 'has it, and is not restarted now'}.`,
    remedies: [allowing(`image:${image}`, 'The nodes have it, or get it elsewhere')],
  });
}

function unproven(registry: string, images: readonly AskedImage[], isProvenInCluster: boolean): Finding {
  const names = images.map(({ image }) => image);
  const reasons = new Set(images.map(({ status }) => status));
  const why = [
    ...(reasons.has('refused') ? ['it refuses, or hides what the caller may not see'] : []),
    ...(reasons.has('unreachable') ? ['it did not answer from here in time'] : []),
  ].join('; ');
  const shown = names.length > 6 ? `${names.slice(0, 6).join(', ')} and ${names.length - 6} more` : names.join(', ');
  const next = isProvenInCluster ? ' The nodes prove it before anything is upgraded.' : '';
  return finding({
    code: 'IMAGE_UNPROVEN',
    severity: isProvenInCluster ? 'info' : 'warning',
    field: registry,
    message: `Whether ${registry} has ${names.length === 1 ? 'this image' : `these ${names.length} images`} could not be seen from here (${why}): ${shown}.${next}`,
    remedies: isProvenInCluster
      ? []
      : [
          {
            id: 'prove-images',
            title: 'Let the nodes pull them first',
            destructive: false,
            commands: ['--prove-images cluster'],
          },
          allowing(`unproven:${registry}`, `Trust that the nodes can pull from ${registry}`),
        ],
  });
}
