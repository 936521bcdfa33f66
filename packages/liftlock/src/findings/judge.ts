import type { Decision, Finding, Remedy } from '../model/finding.ts';
import type { PreflightEvidence } from './evidence.ts';
import { reinstallFindings } from './foreseen/reinstall.ts';
import { affirmationFindings } from './rules/affirmations.ts';
import { capacityFindings } from './rules/capacity.ts';
import { carriedValueFindings } from './rules/carried-values.ts';
import { changedDefaultFindings } from './rules/changed-defaults.ts';
import { chartClaimFindings } from './rules/chart-claims.ts';
import { chartNameFindings } from './rules/chart-names.ts';
import { repositoryFindings } from './rules/chart-repositories.ts';
import { clusterFindings, helmFindings } from './rules/cluster.ts';
import { gitOpsFindings } from './rules/gitops.ts';
import { healthBeforeFindings } from './rules/health-before.ts';
import { keptClaimFindings } from './rules/kept-claims.ts';
import { localCommandFindings } from './rules/local-commands.ts';
import { inputFindings, noReturnFindings } from './rules/migrations.ts';
import { namespaceFindings } from './rules/namespaces.ts';
import { permissionFindings } from './rules/permissions.ts';
import { pinnedImageFindings } from './rules/pinned-images.ts';
import { predecessorFindings } from './rules/predecessors.ts';
import { registryKeyFindings } from './rules/registry-key.ts';
import { allAbsentFindings, releaseFindings } from './rules/releases.ts';
import { requirementFindings } from './rules/requirements.ts';
import { storageFindings } from './rules/storage.ts';
import { tlsFindings } from './rules/tls.ts';
import { unreadValueFindings } from './rules/unread-values.ts';
import { valueFindings } from './rules/values.ts';
import { versionSkippedFindings } from './rules/versions.ts';
import { windowFindings } from './rules/window.ts';

const rules: readonly ((evidence: PreflightEvidence) => readonly Finding[])[] = [
  clusterFindings,
  helmFindings,
  requirementFindings,
  repositoryFindings,
  permissionFindings,
  namespaceFindings,
  releaseFindings,
  gitOpsFindings,
  healthBeforeFindings,
  predecessorFindings,
  chartNameFindings,
  chartClaimFindings,
  inputFindings,
  noReturnFindings,
  versionSkippedFindings,
  valueFindings,
  carriedValueFindings,
  unreadValueFindings,
  changedDefaultFindings,
  pinnedImageFindings,
  reinstallFindings,
  capacityFindings,
  storageFindings,
  tlsFindings,
  keptClaimFindings,
  localCommandFindings,
  registryKeyFindings,
  affirmationFindings,
  windowFindings,
];

/**
 * Blockers that say: this is not the cluster or the namespace that is meant (O20). While one stands, everything else would
 * be said about a place that is none of ours, and asking it for a forecast would be asking a stranger.
 */
export function placeFindings(evidence: PreflightEvidence): readonly Finding[] {
  return applyDecisions([...clusterFindings(evidence), ...allAbsentFindings(evidence)], evidence.decisions)
    .filter((finding) => finding.severity === 'blocker')
    .slice(0, 1);
}

/** Everything that is wrong or worth knowing before the first write; what was decided about is told as info. */
export function judge(evidence: PreflightEvidence): readonly Finding[] {
  const misplaced = placeFindings(evidence);
  if (misplaced.length > 0) return misplaced;
  return applyDecisions(
    rules.flatMap((rule) => rule(evidence)),
    evidence.decisions,
  );
}

/** Rules about a chart, the values that it is given and the migrations on the way: what can be known of a hop before those in between have landed. */
const aheadRules: typeof rules = [
  requirementFindings,
  inputFindings,
  noReturnFindings,
  localCommandFindings,
  versionSkippedFindings,
  valueFindings,
  carriedValueFindings,
  unreadValueFindings,
  changedDefaultFindings,
  pinnedImageFindings,
];

/** What is wrong with a later hop as far as it can be known now. */
export function judgeAhead(evidence: PreflightEvidence): readonly Finding[] {
  return applyDecisions(
    aheadRules.flatMap((rule) => rule(evidence)),
    evidence.decisions,
  );
}

/** Findings that someone decided about become `info`, with who decided. For forecast findings as well. */
export function applyDecisions(findings: readonly Finding[], decisions: readonly Decision[]): readonly Finding[] {
  return findings.map((finding) => {
    if (finding.severity === 'info') return finding;
    const decision = decisions.find((item) =>
      finding.remedies.some((remedy) => isConsent(remedy) && remedy.id === item.remedy),
    );
    if (decision === undefined) return finding;
    const title = finding.remedies.find((remedy) => remedy.id === decision.remedy)?.title ?? decision.remedy;
    if (decision.how === 'default') {
      return { ...finding, severity: 'info', message: `${finding.message} This plan does so: ${title}.` };
    }
    return {
      ...finding,
      severity: 'info',
      message: `${finding.message} Decided by ${decision.by}: ${decision.remedy}.`,
    };
  });
}

/** Only what `--allow` is offered for can be allowed: a wrong namespace or an old key does not become right by consent. */
function isConsent({ commands, byDefault }: Remedy): boolean {
  return byDefault === true || commands.some((command) => command.startsWith('--allow '));
}
