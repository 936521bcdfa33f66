import { describe, expect, it } from 'vitest';
import type { HopAhead, Plan } from '../model/plan.ts';
import type { HelmUpgradeStep, PatchObjectStep, ReplaceObjectStep, Step } from '../model/step.ts';
import { hopDifferences, isAsAnnounced } from './hop-differences.ts';

const upgrade = {
  kind: 'helm-upgrade',
  id: 'shop/upgrade',
  title: 'Upgrade shop to 3.0.0',
  component: 'shop',
  release: 'shop',
  namespace: 'prod',
  chart: { reference: 'oci://x/shop', source: 'oci://x/shop', name: 'shop', version: '3.0.0', digest: 'sha256:3' },
  install: false,
  values: [{ path: 'values.yaml', digest: 'sha256:v' }],
  keep: [],
  timeoutSeconds: 60,
  from: { revision: 2, version: '2.0.0' },
  risk: 'reversible',
} satisfies HelmUpgradeStep & { kind: 'helm-upgrade' };
const object = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'prod', name: 'extra' };
const patch = {
  kind: 'patch-object',
  id: 'shop/adopt/configmap/extra',
  title: 'Adopt ConfigMap extra',
  component: 'shop',
  object,
  remove: [],
  set: [],
  risk: 'reversible',
} satisfies PatchObjectStep & { kind: 'patch-object' };
const replace = {
  kind: 'replace-object',
  id: 'shop/recreate/configmap/extra',
  title: 'Delete ConfigMap extra',
  component: 'shop',
  object,
  orphansPods: false,
  risk: 'irreversible',
} satisfies ReplaceObjectStep & { kind: 'replace-object' };

function planOf(steps: readonly Step[], fields: Partial<Plan> = {}): Plan {
  return { steps, platform: { digest: 'p' }, site: { digest: 's' }, helm: { version: '3.22.0' }, ...fields } as Plan;
}

const former = planOf([]);

function compare(announced: readonly Step[], now: readonly Step[], fields: Partial<Plan> = {}) {
  return hopDifferences({ steps: announced } as unknown as HopAhead, planOf(now, fields), former);
}

describe('what became of a hop since it was announced', () => {
  it('is nothing where only revisions and commands are others: a try more makes no other hop', () => {
    const later: Step = { ...upgrade, from: { revision: 5, version: '2.0.0' }, command: ['helm'], title: 'Upgrade' };
    expect(isAsAnnounced(compare([upgrade], [later]))).toBe(true);
  });

  it('is nothing where a hop proves its own images: the first one has proved those of all', () => {
    const prove: Step = {
      kind: 'prove-images',
      id: 'prove-images',
      title: 'Let the nodes pull the image',
      images: [],
      timeoutSeconds: 600,
      risk: 'none',
    };
    expect(isAsAnnounced(compare([upgrade], [prove, upgrade]))).toBe(true);
  });

  it('names a step that was not announced, one that is otherwise and one that is gone', () => {
    const other: Step = { ...upgrade, values: [{ path: 'values.yaml', digest: 'sha256:w' }] };
    const found = compare([upgrade, patch], [other, replace]);
    expect(found).toMatchObject({ added: [replace], changed: [other], gone: [patch], isHarmful: true });
    expect(isAsAnnounced(found)).toBe(false);
  });

  it('is harmless where what was added can be taken back', () => {
    expect(compare([upgrade], [patch, upgrade])).toMatchObject({ added: [patch], isHarmful: false });
  });

  it('is no harm where an upgrade that migrates was announced as such; another chart of it is', () => {
    const migrates: Step = { ...upgrade, risk: 'irreversible' };
    const otherValues: Step = { ...migrates, values: [] };
    const otherChart: Step = { ...migrates, chart: { ...upgrade.chart, digest: 'sha256:4' } };
    expect(compare([migrates], [otherValues])).toMatchObject({ changed: [otherValues], isHarmful: false });
    expect(compare([migrates], [otherChart])).toMatchObject({ changed: [otherChart], isHarmful: true });
  });

  it('says which of its inputs is another, though every step is the same', () => {
    const found = compare([upgrade], [upgrade], { helm: { version: '4.3.0' }, site: { digest: 't' } as Plan['site'] });
    expect(found.moved).toEqual(['the site', 'helm (3.22.0 then, 4.3.0 now)']);
    expect(isAsAnnounced(found)).toBe(false);
  });

  it('holds everything for new where nothing was announced', () => {
    expect(hopDifferences(undefined, planOf([upgrade]), former)).toMatchObject({ added: [upgrade] });
  });
});
