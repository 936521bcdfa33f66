import { expect, test } from 'vitest';
import { isKubernetesApi, successionOf } from './kubernetes-apis.ts';
import { rewriteApis } from './rewrite-apis.ts';

const manifest = `---
# Source: demo/templates/budget.yaml
apiVersion: policy/v1beta1 # old
kind: PodDisruptionBudget
metadata:
  name: web
  annotations:
    note: "apiVersion: policy/v1beta1"
---
# Source: demo/templates/scaler.yaml
{"kind":"HorizontalPodAutoscaler","spec":{"scaleTargetRef":{"apiVersion":"extensions/v1beta1","kind":"Deployment"}},"apiVersion":"autoscaling/v2beta2","metadata":{"name":"web"}}
---
# Source: demo/templates/security.yaml
apiVersion: policy/v1beta1
kind: PodSecurityPolicy
metadata:
  name: web
---
apiVersion: v1
kind: ConfigMap
metadata: {name: last}
`;

test('versions are replaced where they are an object’s own, and all else stays as it is', () => {
  const rewritten = rewriteApis(manifest, [
    { kind: 'PodDisruptionBudget', from: 'policy/v1beta1', to: 'policy/v1' },
    { kind: 'HorizontalPodAutoscaler', from: 'autoscaling/v2beta2', to: 'autoscaling/v2' },
  ]);
  expect(rewritten).toBe(
    manifest
      .replace('apiVersion: policy/v1beta1 # old', 'apiVersion: policy/v1 # old')
      .replace('"apiVersion":"autoscaling/v2beta2"', '"apiVersion":"autoscaling/v2"'),
  );
});

test('what has no successor is left out, and nothing beside it', () => {
  const rewritten = rewriteApis(manifest, [{ kind: 'PodSecurityPolicy', from: 'policy/v1beta1' }]);
  expect(rewritten).not.toContain('PodSecurityPolicy');
  expect(rewritten).toContain('kind: PodDisruptionBudget');
  expect(rewritten).toContain('kind: ConfigMap');
});

test('a manifest without such objects is the same, to the byte', () => {
  expect(rewriteApis(manifest, [{ kind: 'CronJob', from: 'batch/v1beta1', to: 'batch/v1' }])).toBe(manifest);
});

test('what Kubernetes has moved is known, and what it never served is not', () => {
  expect(successionOf({ kind: 'Ingress', apiVersion: 'extensions/v1beta1' })).toEqual({ to: 'networking.k8s.io/v1' });
  expect(successionOf({ kind: 'PodSecurityPolicy', apiVersion: 'policy/v1beta1' })).toEqual({ to: undefined });
  expect(successionOf({ kind: 'Thing', apiVersion: 'example.com/v1' })).toBeUndefined();
  expect(
    ['v1', 'policy/v1beta1', 'snapshot.storage.k8s.io/v1', 'gateway.networking.k8s.io/v1'].map(isKubernetesApi),
  ).toEqual([true, true, false, false]);
});
