import { textAt } from '../../findings/faults/read.ts';
import { Problem } from '../../model/problem.ts';
import type { CompareClaimsStep } from '../../model/step.ts';
import type { Handler, World } from '../world.ts';

/** Looks whether claims are what they were, and whether there are others (R10, R12, R33). It changes nothing. */
export const compareClaims: Handler<'compare-claims'> = {
  observe: async () => ({ observation: 'done', note: '' }),
  act: async () => ({ touched: 'no', writes: 0 }),
  async confirm(step, world) {
    const live = await world.reader.list(`/api/v1/namespaces/${step.namespace}/persistentvolumeclaims`);
    const wrong = step.claims.flatMap(({ name, uid, volume }) => {
      const claim = live.find(({ metadata }) => metadata.name === name);
      if (claim === undefined) return [`claim ${name} is gone; its volume was ${volume}`];
      if (claim.metadata.deletionTimestamp !== undefined) return [`claim ${name} is being deleted`];
      if (claim.metadata.uid !== uid) return [`claim ${name} was made anew`];
      const now = textAt(claim.spec, 'volumeName');
      if (now !== volume) return [`claim ${name} is on ${now === '' ? 'no volume' : now}, it was on ${volume}`];
      const phase = textAt(claim.status, 'phase');
      return phase === 'Bound' ? [] : [`claim ${name} is ${phase}`];
    });
    if (wrong.length > 0) throw differs(wrong, step);
    const others = live.map(({ metadata }) => metadata.name).filter((name) => !step.known.includes(name));
    const unexpected = others.filter((name) => !isAllowed(name, world));
    if (unexpected.length > 0) throw unexpectedClaims(unexpected, step);
    const names = step.claims.map(({ name, volume }) => `${name} on ${volume}`).join(', ');
    return { note: `as before: ${names}; ${others.length === 0 ? 'no other claim' : `besides ${others.join(', ')}`}` };
  },
};

/** The id of the decision that lets a claim be new. */
function isAllowed(name: string, world: World): boolean {
  return world.decisions.some(({ remedy }) => remedy === `new:pvc/${name}`);
}

function differs(wrong: readonly string[], { namespace }: CompareClaimsStep): Problem {
  return new Problem('CLAIMS_DIFFER', `Not as before: ${wrong.join('; ')}.`, {
    touched: 'yes',
    advice: [
      'Do not delete anything, and do not upgrade further: a volume whose policy is Delete goes with its claim.',
      `Look: kubectl get persistentvolumeclaims,persistentvolumes --namespace ${namespace}`,
    ],
  });
}

function unexpectedClaims(names: readonly string[], { namespace }: CompareClaimsStep): Problem {
  return new Problem(
    'CLAIM_UNEXPECTED',
    `There ${names.length === 1 ? 'is a claim' : 'are claims'} that nobody asked for: ${names.join(', ')}. Something may have begun anew, empty, beside the data that were kept.`,
    {
      touched: 'yes',
      advice: [
        `See what mounts it: kubectl describe persistentvolumeclaim ${names[0] ?? ''} --namespace ${namespace}`,
        `If it belongs to the new version: liftlock resume ${names.map((name) => `--allow new:pvc/${name}`).join(' ')}`,
      ],
    },
  );
}
