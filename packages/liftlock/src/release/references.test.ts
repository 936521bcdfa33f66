import { expect, it } from 'vitest';
import type { KubeObject } from '../model/kube.ts';
import { mountsClaim, secretsOf } from './references.ts';

const set: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db' },
  spec: {
    volumeClaimTemplates: [{ metadata: { name: 'data' } }],
    template: {
      spec: {
        initContainers: [{ name: 'init', envFrom: [{ secretRef: { name: 'from-environment' } }] }],
        containers: [{ name: 'main', env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'by-key', key: 'a' } } }] }],
        volumes: [
          { name: 'files', persistentVolumeClaim: { claimName: 'files' } },
          { name: 'tls', secret: { secretName: 'mounted' } },
          { name: 'all', projected: { sources: [{ secret: { name: 'projected' } }, { configMap: { name: 'none' } }] } },
        ],
      },
    },
  },
};

it("knows a workload's claims by name and by template, and no claim of a set with a longer name", () => {
  expect(['files', 'data-db-0', 'data-db-12'].map((claim) => mountsClaim(set, claim))).toEqual([true, true, true]);
  expect(['data-db-main-0', 'data-db', 'other'].map((claim) => mountsClaim(set, claim))).toEqual([false, false, false]);
});

it('O4: finds every Secret that the pods mount or read by their environment', () => {
  expect(secretsOf(set).toSorted()).toEqual(['by-key', 'from-environment', 'mounted', 'projected']);
});
