import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../model/snapshot.ts';
import { compareClaimsStep } from '../../plan/steps/compare-claims.ts';
import { localCommandStep } from '../../plan/steps/local-command.ts';
import { patchObjectStep } from '../../plan/steps/patch-object.ts';
import { evidence, site, snapshot } from '../preflight-fixtures.ts';
import { keptClaimFindings } from './kept-claims.ts';
import { localCommandFindings } from './local-commands.ts';

const keep = patchObjectStep({
  id: 'web/claims/keep/data',
  title: 'Keep',
  component: 'web',
  object: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'prod', name: 'data' },
  remove: [],
  set: [{ path: String.raw`metadata.annotations.helm\.sh/resource-policy`, value: 'keep' }],
  risk: 'reversible',
});
const compare = compareClaimsStep({
  id: 'web/claims/keep/compare',
  title: 'Compare',
  component: 'web',
  namespace: 'prod',
  claims: [],
  known: ['data'],
});
const claim = { name: 'data', uid: 'u', phase: 'Bound', volume: 'pv-1', policy: 'Retain' };
const standard = { name: 'standard', isDefault: true };

function codes(read: Partial<Snapshot>, steps = [keep, compare]): readonly string[] {
  const fields = { claims: [claim], storageClasses: [standard], ...read };
  return keptClaimFindings(evidence({ steps, snapshot: snapshot(fields) })).map(
    ({ code, severity }) => `${severity} ${code}`,
  );
}

describe('claims that a migration keeps', () => {
  it('are not told of where all is well, nor where no step keeps any', () => {
    expect(codes({})).toEqual([]);
    expect(codes({ storageClasses: [], claims: [] }, [])).toEqual([]);
  });

  it('R09: need a storage class, and want a default one', () => {
    expect(codes({ storageClasses: [] })).toEqual(['blocker STORAGE_CLASS_NONE']);
    expect(codes({ storageClasses: [{ ...standard, isDefault: false }] })).toEqual([
      'warning STORAGE_CLASS_NO_DEFAULT',
    ]);
    expect(codes({ storageClasses: [], unread: [{ what: 'storage classes', why: 'forbidden' }] })).toEqual([]);
  });

  it('R11: warn where the volume would go with the claim', () => {
    expect(codes({ claims: [{ ...claim, policy: 'Delete' }] })).toEqual(['warning VOLUME_POLICY_DELETE']);
    expect(codes({ claims: [{ ...claim, policy: undefined }] })).toEqual([]);
  });

  it('R22: block where one is missing or not Bound', () => {
    for (const claims of [[], [{ ...claim, phase: 'Lost' }], [{ ...claim, phase: 'Pending', volume: '' }]])
      expect(codes({ claims })).toEqual(['blocker CLAIM_NOT_BOUND']);
  });
});

describe('commands on this machine', () => {
  it('are off until the site names the step', () => {
    const step = localCommandStep({ id: 'web/m/run', title: 'Run', argv: ['true'], timeoutSeconds: 1 });
    const allowed = (localCommands: string[]) =>
      localCommandFindings(evidence({ steps: [step], site: { ...site(), localCommands } })).map(({ code }) => code);
    expect(allowed([])).toEqual(['LOCAL_COMMAND_OFF']);
    expect(allowed(['web/m/run'])).toEqual([]);
  });
});
