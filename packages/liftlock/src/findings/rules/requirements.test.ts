import { expect, test } from 'vitest';
import { evidence } from '../preflight-fixtures.ts';
import { requirementFindings } from './requirements.ts';

const requires = [
  { versions: '>=2.0.0 <2.2.0', kubernetes: '>=1.40.0', source: 'page 1' },
  { versions: '>=2.2.0', kubernetes: '>=1.28.0 <1.38.0', helm: '>=3.14.0', source: 'page 2' },
];

function codesOf(kubernetes: string, helm: string, target = '2.2.5'): readonly string[] {
  const seen = evidence();
  const snapshot = {
    ...seen.snapshot,
    helm: { ...seen.snapshot.helm, version: helm },
    cluster: { ...seen.snapshot.cluster, version: kubernetes },
  };
  const platform = { ...seen.platform, requires };
  return requirementFindings({ ...seen, platform, snapshot, target }).map(({ code }) => code);
}

test.each([
  ['v1.37.1', 'v3.22.0', []],
  ['v1.37.1-eks-1a2b', 'v3.22.0', []],
  ['v1.27.9-gke.100', 'v3.22.0', ['KUBERNETES_OUT_OF_RANGE']],
  ['v1.38.0', 'v3.13.3', ['KUBERNETES_OUT_OF_RANGE', 'HELM_OUT_OF_RANGE']],
])('O26: Kubernetes %s with helm %s', (kubernetes, helm, codes) => {
  expect(codesOf(kubernetes, helm)).toEqual(codes);
});

test('O26: each version has its own ranges, and one without any asks for nothing', () => {
  expect(codesOf('v1.37.1', 'v3.13.3', '2.1.0')).toEqual(['KUBERNETES_OUT_OF_RANGE']);
  expect(codesOf('v1.20.0', 'v3.13.3', '1.9.0')).toEqual([]);
});
