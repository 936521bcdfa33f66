import { expect, test } from 'vitest';
import type { KubeObject } from '../../model/kube.ts';
import { gitOpsOwners, type GitOpsObjects } from '../../release/gitops-owners.ts';
import { decided, evidence, snapshot } from '../preflight-fixtures.ts';
import { judge } from '../judge.ts';

function deployment(metadata: object = {}): KubeObject {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'prod', ...metadata } };
}

const inGit = { automated: { prune: true } };
const here = { server: 'https://kubernetes.default.svc', namespace: 'prod' };

function application(name: string, spec: object, status?: object, metadata: object = {}): KubeObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd', ...metadata },
    spec: { destination: here, syncPolicy: inGit, ...spec },
    status,
  } as unknown as KubeObject;
}

function flux(kind: 'HelmRelease' | 'Kustomization', name: string, spec: object, status?: object): KubeObject {
  return {
    apiVersion: 'v2',
    kind,
    metadata: { name, namespace: 'flux-system' },
    spec,
    status,
  } as unknown as KubeObject;
}

const chart = { source: { chart: 'web', helm: { releaseName: 'shop-web' } } };
const webLabel = { labels: { 'app.kubernetes.io/instance': 'web-app' } };
const fluxLabels = { 'helm.toolkit.fluxcd.io/name': 'web', 'helm.toolkit.fluxcd.io/namespace': 'flux-system' };
const webResource = { group: 'apps', kind: 'Deployment', namespace: 'prod', name: 'web' };
const otherResource = { ...webResource, name: 'db' };

interface Case {
  readonly title: string;
  readonly live?: KubeObject;
  readonly known?: Partial<GitOpsObjects>;
  /** `SEVERITY who` of each finding. */
  readonly found: readonly string[];
}

const cases: readonly Case[] = [
  { title: 'nothing of the kind', found: [] },
  {
    title: "Argo CD's tracking annotation, its Application elsewhere",
    live: deployment({ annotations: { 'argocd.argoproj.io/tracking-id': 'web-app:apps/Deployment:prod/web' } }),
    found: ["blocker Argo CD's Application web-app"],
  },
  {
    title: "an Application outside of Argo CD's namespace",
    live: deployment({ annotations: { 'argocd.argoproj.io/tracking-id': 'team_web-app:apps/Deployment:prod/web' } }),
    found: ["blocker Argo CD's Application team/web-app"],
  },
  {
    title: 'settings for Argo CD that a chart brings along',
    live: deployment({ annotations: { 'argocd.argoproj.io/sync-wave': '1', 'argocd.argoproj.io/hook': 'PreSync' } }),
    found: [],
  },
  {
    title: 'the label of releases alone, which charts set',
    live: deployment(webLabel),
    found: [],
  },
  {
    title: 'that label and an Application of its name',
    live: deployment(webLabel),
    known: { Application: [application('web-app', {})] },
    found: ["blocker Argo CD's Application argocd/web-app"],
  },
  {
    title: 'that label and an Application that lists other objects',
    live: deployment(webLabel),
    known: { Application: [application('web-app', {}, { resources: [otherResource] })] },
    found: [],
  },
  {
    title: 'that label and an Application of another cluster',
    live: deployment(webLabel),
    known: { Application: [application('web-app', { destination: { ...here, server: 'https://other' } })] },
    found: [],
  },
  {
    title: 'an Application that lists an object of the release',
    known: { Application: [application('apps', {}, { resources: [webResource] })] },
    found: ["blocker Argo CD's Application argocd/apps"],
  },
  {
    title: 'an Application that names the release',
    known: { Application: [application('web-app', chart)] },
    found: ["blocker Argo CD's Application argocd/web-app"],
  },
  {
    title: 'an Application that is synced by hand',
    known: { Application: [application('web-app', { ...chart, syncPolicy: {} })] },
    found: ["warning Argo CD's Application argocd/web-app"],
  },
  {
    title: 'an Application whose automatic sync is turned off',
    known: { Application: [application('web-app', { ...chart, syncPolicy: { automated: { enabled: false } } })] },
    found: ["warning Argo CD's Application argocd/web-app"],
  },
  {
    title: "Flux's labels, its HelmRelease elsewhere",
    live: deployment({ labels: fluxLabels }),
    found: ["blocker Flux's HelmRelease flux-system/web"],
  },
  {
    title: "Flux's labels and a HelmRelease that is suspended",
    live: deployment({ labels: fluxLabels }),
    known: { HelmRelease: [flux('HelmRelease', 'web', { suspend: true })] },
    found: ["warning Flux's HelmRelease flux-system/web"],
  },
  {
    title: 'a HelmRelease that names the release and its namespace',
    known: { HelmRelease: [flux('HelmRelease', 'web', { releaseName: 'shop-web', targetNamespace: 'prod' })] },
    found: ["blocker Flux's HelmRelease flux-system/web"],
  },
  {
    title: 'a HelmRelease whose release is in another namespace, or another cluster',
    known: {
      HelmRelease: [
        flux('HelmRelease', 'a', { releaseName: 'shop-web', targetNamespace: 'test' }),
        flux('HelmRelease', 'b', { releaseName: 'shop-web', targetNamespace: 'prod', kubeConfig: {} }),
      ],
    },
    found: [],
  },
  {
    title: 'a Kustomization whose inventory holds an object of the release',
    known: {
      Kustomization: [
        flux('Kustomization', 'apps', {}, { inventory: { entries: [{ id: 'prod_web_apps_Deployment', v: 'v1' }] } }),
      ],
    },
    found: ["blocker Flux's Kustomization flux-system/apps"],
  },
  {
    title: "a field manager of Flux's",
    live: deployment({ managedFields: [{ manager: 'kustomize-controller', operation: 'Apply' }] }),
    found: ['blocker Flux'],
  },
  {
    title: "a field manager of Argo CD's",
    live: deployment({ managedFields: [{ manager: 'argocd-controller', operation: 'Update' }] }),
    found: ['blocker Argo CD'],
  },
  {
    title: "helm's own field manager",
    live: deployment({ managedFields: [{ manager: 'helm', operation: 'Update' }] }),
    found: [],
  },
];

function judged({ live, known = {} }: Case, ...allowed: readonly string[]) {
  const none = { Application: [], HelmRelease: [], Kustomization: [] };
  const asked = {
    release: 'shop-web',
    namespace: 'prod',
    objects: [deployment()],
    live: live === undefined ? [] : [live],
  };
  const gitOps = gitOpsOwners(asked, { ...none, ...known });
  return judge(evidence({ snapshot: snapshot({ gitOps }), ...decided(...allowed) })).filter(
    ({ code }) => code === 'GITOPS_OWNED',
  );
}

test.each(cases)('who keeps a release: $title', (item) => {
  const who = judged(item).map(({ severity, message }) => `${severity} ${/kept by (.+?) \(/.exec(message)?.[1]}`);
  expect(who).toEqual(item.found);
});

test('it says how to pause the controller, by its name, and the consent that lifts it', () => {
  const item = cases.find(({ title }) => title.startsWith('a HelmRelease that names'));
  if (item === undefined) throw new Error('no such case');
  const [found] = judged(item);
  expect(found?.remedies.map(({ id }) => id)).toEqual(['pause:helmrelease/web', 'git:shop-web', 'gitops:shop-web']);
  expect(found?.remedies[0]?.commands).toEqual([
    'flux suspend helmrelease web -n flux-system',
    `kubectl patch helmreleases.helm.toolkit.fluxcd.io web -n flux-system --type merge -p '{"spec":{"suspend":true}}'`,
  ]);
  expect(judged(item, 'gitops:shop-web').map(({ severity }) => severity)).toEqual(['info']);
  // Pausing is for the operator: its name is no consent.
  expect(judged(item, 'pause:helmrelease/web').map(({ severity }) => severity)).toEqual(['blocker']);
});
