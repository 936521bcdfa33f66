import type { HeldClaim } from '../model/snapshot.ts';
import type { KeptClaim } from '../model/step.ts';

/** In words, what is another with the claims of a release than the plan says; empty where nothing is. */
export function movedClaims(planned: readonly KeptClaim[], now: readonly HeldClaim[]): readonly string[] {
  const isSameName = (a: Pick<KeptClaim, 'namespace' | 'name'>, b: Pick<KeptClaim, 'namespace' | 'name'>) =>
    a.namespace === b.namespace && a.name === b.name;
  const gone = planned.filter((claim) => claim.volume !== '' && !now.some((other) => isSameName(claim, other)));
  const others = now.flatMap((claim) => {
    const name = nameOf(claim);
    const known = planned.find((other) => isSameName(claim, other));
    if (known === undefined) return [`${name} is new`];
    if (known.volume !== claim.volume)
      return [`${name} is on ${claim.volume || 'no volume'}, it was on ${known.volume || 'none'}`];
    if (known.uid !== claim.uid) return [`${name} was made anew`];
    if (claim.goesBecause !== undefined && !known.isRebound) return [`${name} would go: ${claim.goesBecause}`];
    return [];
  });
  return [...gone.map((claim) => `${nameOf(claim)} is gone`), ...others];
}

function nameOf({ namespace, name }: Pick<KeptClaim, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}
