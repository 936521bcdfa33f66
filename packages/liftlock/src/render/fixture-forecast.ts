// A plan whose forecast found much, for this room's tests. Not part of the library.
import type { Finding } from '../model/finding.ts';
import type { ObjectRef } from '../model/kube.ts';
import type { Plan } from '../model/plan.ts';
import type { Step } from '../model/step.ts';
import { namespace, plan } from './fixtures.ts';

const object = (kind: string, name: string): ObjectRef => ({ apiVersion: 'v1', kind, namespace, name });

function notOwned(name: string): Finding {
  const id = `adopt:configmap/${name}`;
  return {
    code: 'OWNERSHIP_FOREIGN',
    severity: 'blocker',
    message: `ConfigMap ${name} exists and no release owns it: helm would refuse.`,
    component: 'ui',
    object: object('ConfigMap', name),
    remedies: [
      {
        id,
        title: `Make ConfigMap ${name} an object of release codemie-ui`,
        destructive: false,
        byDefault: true,
        commands: [`--allow ${id}`, `kubectl label configmap ${name} app.kubernetes.io/managed-by=Helm`],
      },
    ],
  };
}

function immutable(name: string): Finding {
  const id = `recreate:statefulset/${name}`;
  return {
    code: 'IMMUTABLE_FIELD',
    severity: 'blocker',
    message: `StatefulSet ${name}: spec.volumeClaimTemplates cannot be changed.`,
    component: 'mcp-connect',
    object: object('StatefulSet', name),
    field: 'spec.volumeClaimTemplates',
    remedies: [
      {
        id,
        title: `Recreate StatefulSet ${name}, its pods stay`,
        destructive: true,
        commands: [`--allow ${id}`, `kubectl delete statefulset ${name} --cascade=orphan`],
      },
      {
        id: 'reinstall:mcp-connect',
        title: 'Uninstall and install again, with everything that must survive put aside',
        destructive: true,
        commands: ['--allow reinstall:mcp-connect'],
      },
    ],
  };
}

const settled: Finding = {
  ...notOwned('ui-features'),
  severity: 'info',
  message:
    'ConfigMap ui-features exists and no release owns it: helm would refuse. This plan does so: Make it its own.',
};

const adopts: Step = {
  kind: 'patch-object',
  id: 'ui/adopt/configmap/ui-features',
  title: 'Make ConfigMap codemie/ui-features an object of release codemie-ui',
  component: 'ui',
  object: object('ConfigMap', 'ui-features'),
  remove: [],
  set: [{ path: 'metadata.labels[app]', value: 'Helm' }],
  risk: 'reversible',
};

const recreates: Step = {
  kind: 'replace-object',
  id: 'mermaid/recreate/deployment/mermaid-server',
  title: 'Delete Deployment codemie/mermaid-server, so that helm makes it anew',
  component: 'mermaid',
  object: object('Deployment', 'mermaid-server'),
  orphansPods: false,
  risk: 'irreversible',
};

/** Four objects that cannot be changed, one remedy taken by itself and one named, edits undone, and limits. */
export const foreseenPlan: Plan = {
  ...plan,
  steps: plan.steps.flatMap((step) =>
    step.id === 'ui/upgrade' ? [adopts, step] : step.id === 'mermaid/upgrade' ? [recreates, step] : [step],
  ),
  affirmations: { backups: { by: 'Grace', at: '2026-12-05T21:50:00Z', version: '2.2.5' } },
  decisions: [
    { remedy: 'adopt:configmap/ui-features', by: 'liftlock', at: '2026-12-05T21:57:10Z', how: 'default' },
    {
      remedy: 'recreate:deployment/mermaid-server',
      by: 'r.ahn',
      at: '2026-12-05T21:57:10Z',
      how: 'flag',
      code: 'IMMUTABLE_FIELD',
      title: 'Recreate Deployment mermaid-server, its pods go with it',
    },
  ],
  forecast: {
    madeAt: '2026-12-05T21:58:00Z',
    complete: false,
    unforeseen: [
      { what: 'hooks of ui: migrate', why: 'hooks run only in the upgrade itself' },
      { what: 'hooks of api: migrate', why: 'hooks run only in the upgrade itself' },
      { what: 'POST /apis/metrics.k8s.io/v1beta1/x', why: 'an aggregated server may ignore a dry run' },
    ],
    findings: [...['a', 'b', 'c', 'd'].map(immutable), settled],
    changes: {
      ...plan.forecast.changes,
      mermaid: [
        { object: object('Deployment', 'mermaid-server'), change: 'replaced', fields: [], restartsPods: true },
        { object: object('PersistentVolumeClaim', 'cache'), change: 'deleted', fields: [], restartsPods: false },
      ],
      ui: [
        {
          object: object('Deployment', 'codemie-ui'),
          change: 'changed',
          restartsPods: true,
          fields: [
            {
              path: 'spec.replicas',
              before: '3',
              after: '1',
              because: 'live edit',
              manager: 'kubectl-edit',
              at: '2026-11-30T08:00:00Z',
            },
          ],
        },
      ],
    },
  },
};
