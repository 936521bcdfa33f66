import type { PutAsideStep } from '../../model/step.ts';
import type { ReinstallFacts } from '../reinstall-facts.ts';

/** Copies what must survive an uninstall. It writes copies only: nothing that is there is changed. */
export function putAsideStep(facts: ReinstallFacts): PutAsideStep {
  const { component, release, namespace, holdings } = facts;
  return {
    kind: 'put-aside',
    id: `${component}/put-aside`,
    title: `Put aside the values, the manifest and what must survive of ${release}`,
    component,
    release,
    namespace,
    objects: holdings.objects,
    kept: holdings.kept,
    claims: facts.claims,
    guideCommand: ['helm', 'get', 'values', '--namespace', namespace, release, '-o', 'yaml'],
    risk: 'none',
  };
}
