import { isProblem } from '../model/problem.ts';
import type { HelmUpgradeStep } from '../model/step.ts';
import type { World } from './world.ts';

/**
 * Says so where a chart's version leads to another chart by now than when the plan was made. The run goes on with what was
 * approved: charts are pulled by digest. A registry that does not answer is no reason to stop.
 */
export async function tellMovedTag({ id, chart }: HelmUpgradeStep, { registry, emit }: World): Promise<void> {
  try {
    const digest = await registry.resolve(chart.reference, chart.version);
    if (digest === chart.digest) return;
    emit({
      type: 'note',
      step: id,
      text: `CHART_TAG_MOVED: version ${chart.version} of ${chart.reference} is ${digest} by now; the plan was made from ${chart.digest}, and that is what helm gets`,
    });
  } catch (error) {
    if (!isProblem(error)) throw error;
  }
}
