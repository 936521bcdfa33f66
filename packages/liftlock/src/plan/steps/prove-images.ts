import type { ImageToProve, ProveImagesStep } from '../../model/step.ts';

/** Seconds that the nodes get for an image at most: large ones take minutes. */
const pullSeconds = 600;

/** One pod for each image, with `imagePullPolicy: Always`; they are gone again before the next step. */
export function proveImagesStep(images: readonly ImageToProve[], timeScale: number): ProveImagesStep {
  return {
    kind: 'prove-images',
    id: 'prove-images',
    title: `Let the nodes pull ${images.length === 1 ? 'the image' : `the ${images.length} images`} of the new revisions`,
    risk: 'none',
    images,
    timeoutSeconds: Math.max(1, Math.round(pullSeconds * timeScale)),
  };
}
