import { uidOf } from './memory.ts';
import type { FaultEvidence, NamedFault, SortedEvidence } from './named-fault.ts';
import { podFaults } from './pod-faults.ts';
import { releaseObjects } from './release-scope.ts';
import { workloadFaults } from './workload-faults.ts';

/**
 * Names what keeps a release from getting ready (O13). Only pods of its newest revision count, and only what was not bad
 * before. A fault that two pods share is one fault; it is certain as soon as one of them makes it so.
 */
export function diagnose(evidence: FaultEvidence): readonly NamedFault[] {
  const sorted: SortedEvidence = { ...evidence, objects: releaseObjects(evidence.memory, evidence.scope) };
  const isJudged = evidence.isJudged ?? (() => true);
  const pods = sorted.objects.pods.filter(
    (item) => item.isNew && !evidence.baselineUids.has(uidOf(item.pod)) && isJudged(item),
  );
  const byKey = new Map<string, NamedFault>();
  for (const fault of [...pods.flatMap((pod) => podFaults(pod, sorted)), ...workloadFaults(sorted)]) {
    const known = byKey.get(fault.key);
    if (known === undefined || isWorse(fault, known)) byKey.set(fault.key, fault);
  }
  return [...byKey.values()].toSorted((a, b) => Number(b.fault.isCertain) - Number(a.fault.isCertain));
}

function isWorse({ fault }: NamedFault, { fault: known }: NamedFault): boolean {
  if (fault.isCertain !== known.isCertain) return fault.isCertain;
  if (fault.graceSeconds !== known.graceSeconds) return fault.graceSeconds < known.graceSeconds;
  return fault.lines.length > known.lines.length;
}
