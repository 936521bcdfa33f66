import { counted } from '../../model/counted.ts';
import type { Finding } from '../../model/finding.ts';
import { formatRef } from '../../model/kube.ts';
import type { HealthItem } from '../../model/snapshot.ts';
import type { PreflightEvidence } from '../evidence.ts';
import { allowing, finding } from '../make-finding.ts';

/** Health before the first write (O14): an unhealthy component blocks, anything else is told. */
export function healthBeforeFindings({ platform, snapshot, selected }: PreflightEvidence): readonly Finding[] {
  const componentOf = (item: HealthItem): string | undefined =>
    item.component ?? platform.components.find((component) => component.release === item.release)?.name;
  const unhealthy = snapshot.health.filter((item) => item.state === 'unhealthy');
  const findings: Finding[] = [];
  for (const { name } of platform.components) {
    const items = unhealthy.filter((item) => componentOf(item) === name);
    const [first] = items;
    if (first === undefined) continue;
    const isSelected = selected.includes(name);
    findings.push(
      finding({
        code: 'UNHEALTHY_BEFORE',
        severity: isSelected ? 'blocker' : 'warning',
        component: name,
        object: first.object,
        message: `${name} is unhealthy before the upgrade: ${items.map(described).join('; ')}.`,
        remedies: isSelected ? [allowing(`unhealthy:${name}`, 'Upgrade it as it is')] : [],
      }),
    );
  }
  for (const item of snapshot.health) {
    const component = componentOf(item);
    if (item.state === 'unhealthy' && component === undefined)
      findings.push(warning(item, `${described(item)}, before the upgrade and apart from it.`));
    if (item.state === 'progressing' && component !== undefined && item.object.kind !== 'Pod') {
      findings.push({ ...warning(item, `${described(item)}: a rollout is under way.`), component });
    }
  }
  return findings;
}

function warning(item: HealthItem, message: string): Finding {
  return finding({ code: 'UNHEALTHY_BEFORE', severity: 'warning', object: item.object, message });
}

function described(item: HealthItem): string {
  const restarts = item.restarts > 0 ? `, ${counted(item.restarts, 'restart')}` : '';
  // Of a webhook the reason says too little: who does not answer is in the message.
  const why = item.reason === 'NoEndpoints' ? ` (${item.message})` : '';
  return `${formatRef(item.object)} ${item.reason}${why}${restarts}`;
}
