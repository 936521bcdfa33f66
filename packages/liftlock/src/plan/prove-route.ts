import type { Plan } from '../model/plan.ts';
import type { ImageToProve } from '../model/step.ts';
import { proveImagesStep } from './steps/prove-images.ts';

/**
 * A plan whose nodes prove the images of later hops too, before the first of them begins: behind an air gap a route that stands
 * still half-way for want of an image cannot be mended from there. The digest is the caller's to make anew.
 */
export function provingRoute(plan: Plan, images: readonly ImageToProve[], timeScale: number): Plan {
  const own = plan.steps.flatMap((step) => (step.kind === 'prove-images' ? step.images : []));
  const keyOf = ({ image, namespace, pullSecrets }: ImageToProve) => JSON.stringify([image, namespace, pullSecrets]);
  const known = new Set(own.map(keyOf));
  const more = [...new Map(images.map((image) => [keyOf(image), image])).values()].filter(
    (image) => !known.has(keyOf(image)),
  );
  if (more.length === 0) return plan;
  const proving = proveImagesStep([...own, ...more], timeScale);
  if (own.length > 0)
    return { ...plan, steps: plan.steps.map((step) => (step.kind === 'prove-images' ? proving : step)) };
  const backup = plan.steps.findIndex(({ kind }) => kind === 'backup');
  return { ...plan, steps: plan.steps.toSpliced(backup + 1, 0, proving) };
}
