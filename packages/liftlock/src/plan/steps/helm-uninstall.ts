import type { HelmUninstallStep } from '../../model/step.ts';
import type { ReinstallFacts } from '../reinstall-facts.ts';

/** One `helm uninstall`: what was put aside comes back, nothing else does. */
export function helmUninstallStep(facts: ReinstallFacts): HelmUninstallStep {
  const { component, release, namespace, holdings, timeoutSeconds, migrates, noHooks } = facts;
  return {
    kind: 'helm-uninstall',
    id: `${component}/uninstall`,
    title: `Uninstall ${release} and wait until everything of it is gone`,
    component,
    release,
    namespace,
    revision: holdings.revision,
    objects: holdings.objects,
    claims: facts.claims,
    noHooks,
    timeoutSeconds,
    ...(migrates === undefined ? {} : { migrates }),
    guideCommand: ['helm', 'uninstall', '--namespace', namespace, release],
    command: ['helm', 'uninstall', release, '--namespace', namespace, ...(noHooks ? ['--no-hooks'] : [])],
    risk: 'irreversible',
  };
}
