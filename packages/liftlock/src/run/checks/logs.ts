import { counted } from '../../model/counted.ts';
import type { KubeObject } from '../../model/kube.ts';
import { isProblem } from '../../model/problem.ts';
import { containerNames } from '../../release/manifest.ts';
import { scanLog } from '../log-scan.ts';
import type { World } from '../world.ts';
import type { Look } from './check-result.ts';

/** How many matching lines are shown. */
const mostShown = 3;

/** Logs of the run's releases since it began, searched for errors and warnings. Errors are reported; a person judges them. */
export const logs: Look<'logs'> = async (check, step, world) => {
  const names = step.settings['components'] as readonly string[];
  const releases = world.plan.components
    .filter((component) => names.includes(component.name))
    .map((component) => component.release);
  const { namespace } = world.plan.site;
  const pods = (await world.reader.list(`/api/v1/namespaces/${namespace}/pods`)).filter((pod) =>
    releases.includes(pod.metadata.labels?.['app.kubernetes.io/instance'] ?? ''),
  );
  const counts = { error: 0, warning: 0 };
  const shown: string[] = [];
  const unread: string[] = [];
  for (const pod of pods) {
    for (const container of containerNames(pod)) {
      const text = await readLog(world, pod, container);
      if (text === undefined) {
        unread.push(pod.metadata.name);
        continue;
      }
      const matches = scanLog(world.redactor.text(text).split('\n'), check.patterns);
      counts.error += matches.error.count;
      counts.warning += matches.warning.count;
      if (world.unlearned === undefined)
        shown.push(...matches.error.first.map((line) => `${pod.metadata.name}: ${world.redactor.log(line)}`));
    }
  }
  const details = { ...counts, pods: pods.length, unread, lines: shown.slice(0, mostShown) };
  const missing = unread.length === 0 ? '' : `; no logs from ${unread.join(', ')}`;
  const found = `${counted(counts.error, 'error')} and ${counted(counts.warning, 'warning')}`;
  const hidden = world.unlearned === undefined ? '' : `; lines are not shown, the values to mask could not be read`;
  const note = `${found} in the logs of ${counted(pods.length, 'pod')}${missing}${hidden}`;
  if (counts.error === 0) return { verdict: pods.length === unread.length ? 'pending' : 'passed', note, details };
  const lines = shown.length === 0 ? '' : `: ${shown.slice(0, mostShown).join(' | ')}`;
  return { verdict: 'pending', note: `${note}${lines}`, details };
};

async function readLog(world: World, pod: KubeObject, container: string): Promise<string | undefined> {
  const since = encodeURIComponent(world.startedAt);
  const path = `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}/log?container=${container}&sinceTime=${since}`;
  try {
    return await world.reader.text(path);
  } catch (error) {
    if (isProblem(error)) return undefined;
    throw error;
  }
}
