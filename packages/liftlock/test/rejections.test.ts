import { afterEach, describe, expect, it } from 'vitest';
import type { Finding } from '../src/model/finding.ts';
import type { Forecast } from '../src/model/plan.ts';
import { deploymentOf, openForetelling, type Foretelling } from './support/foresee.ts';

const open: Foretelling[] = [];
async function foretelling(): Promise<Foretelling> {
  const made = await openForetelling();
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const item of open.splice(0)) await item.close();
});

const object = (apiVersion: string, kind: string, name: string, rest: object = {}) => ({
  apiVersion,
  kind,
  metadata: { name },
  ...rest,
});
const configMap = (name: string, data: object, rest: object = {}) => object('v1', 'ConfigMap', name, { data, ...rest });

function stateful(size: string) {
  return object('apps/v1', 'StatefulSet', 'store', {
    spec: {
      serviceName: 'store',
      replicas: 1,
      selector: { matchLabels: { app: 'store' } },
      template: {
        metadata: { labels: { app: 'store' } },
        spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image: 'team/store:1' }] },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: size } } },
        },
      ],
    },
  });
}

function job(image: string) {
  const spec = { restartPolicy: 'Never', containers: [{ name: 'main', image }] };
  return object('batch/v1', 'Job', 'once', { spec: { template: { spec } } });
}

function binding(role: string) {
  const apiGroup = 'rbac.authorization.k8s.io';
  return object(`${apiGroup}/v1`, 'RoleBinding', 'readers', {
    roleRef: { apiGroup, kind: 'ClusterRole', name: role },
    subjects: [],
  });
}

function service(clusterIP?: string) {
  return object('v1', 'Service', 'web', {
    spec: { ports: [{ port: 80 }], ...(clusterIP === undefined ? {} : { clusterIP }) },
  });
}

function claim(mode: string) {
  return object('v1', 'PersistentVolumeClaim', 'data', {
    spec: { accessModes: [mode], resources: { requests: { storage: '1Gi' } } },
  });
}

function ofCode({ findings }: Forecast, code: string): readonly Finding[] {
  return findings.filter((finding) => finding.code === code);
}

/** `Kind/name FIELD: REMEDY REMEDY` of each finding of a code; `*` marks what a plan takes by itself. */
function ladders(forecast: Forecast, code: string): readonly string[] {
  return ofCode(forecast, code)
    .map(({ object: about, field = '', remedies }) => {
      const rungs = remedies.map(({ id, byDefault }) => `${byDefault === true ? '*' : ''}${id}`).join(' ');
      return `${about?.kind ?? ''}/${about?.name ?? ''} ${field}: ${rungs}`.trim();
    })
    .toSorted();
}

describe.each(['helm3', 'helm4'] as const)('a forecast with %s', (helm) => {
  it('R31: every field that cannot be changed is found at once, each with the ladder that fits its object', async () => {
    const scene = await foretelling();
    const before = {
      demo: [
        configMap('fixed', { a: '1' }, { immutable: true }),
        deploymentOf('web'),
        stateful('1Gi'),
        job('team/once:1'),
        binding('view'),
        service(),
        claim('ReadWriteOnce'),
      ],
    };
    for (const { code, stderr } of await scene.apply(before, undefined, helm)) expect([code, stderr]).toEqual([0, '']);
    const after = [
      configMap('fixed', { a: '2' }, { immutable: true }),
      deploymentOf('web', {}, { selector: { matchLabels: { tier: 'web' } }, template: template({ tier: 'web' }) }),
      stateful('2Gi'),
      job('team/once:2'),
      binding('edit'),
      service('None'),
      claim('ReadWriteMany'),
    ];
    const forecast = await scene.foresee({ demo: after }, { helm });
    expect(ladders(forecast, 'IMMUTABLE_FIELD')).toEqual([
      'ConfigMap/fixed data: recreate:configmap/fixed',
      'Deployment/web spec.selector: recreate:deployment/web',
      'Job/once spec.template: recreate:job/once',
      // What it holds would go: nothing is offered.
      'PersistentVolumeClaim/data spec:',
      'RoleBinding/readers roleRef: recreate:rolebinding/readers',
      'Service/web spec.clusterIPs[0]: recreate:service/web',
      'StatefulSet/store spec.volumeClaimTemplates: recreate:statefulset/store',
    ]);
    expect(ofCode(forecast, 'FORECAST_REJECTED')).toEqual([]);
    const [refused] = await scene.apply({ demo: after }, undefined, helm);
    for (const field of ['spec.selector', 'spec.volumeClaimTemplates', 'spec.clusterIPs[0]'])
      expect(refused?.stderr).toContain(field);
  });

  it('D11: all objects of others are found at once, whose they are, and what hides behind them', async () => {
    const scene = await foretelling();
    const fixed = (a: string) => configMap('fixed', { a }, { immutable: true });
    await scene.apply({ demo: [fixed('1')], other: [configMap('theirs', { a: '1' })] }, undefined, helm);
    const here = `/api/v1/namespaces/${scene.namespace}`;
    await scene.create(`${here}/serviceaccounts`, object('v1', 'ServiceAccount', 'app'));
    await scene.create(`${here}/configmaps`, {
      ...configMap('managed', { a: '1' }),
      metadata: { name: 'managed', labels: { 'app.kubernetes.io/managed-by': 'terraform' } },
    });
    await scene.create(`${here}/configmaps`, {
      ...configMap('orphan', { a: '1' }),
      metadata: {
        name: 'orphan',
        labels: { 'app.kubernetes.io/managed-by': 'Helm' },
        annotations: {
          'meta.helm.sh/release-name': 'uninstalled-long-ago',
          'meta.helm.sh/release-namespace': scene.namespace,
        },
      },
    });
    const after = [
      fixed('2'),
      object('v1', 'ServiceAccount', 'app'),
      configMap('managed', { a: '2' }),
      configMap('orphan', { a: '2' }),
      configMap('theirs', { a: '2' }),
    ];
    const forecast = await scene.foresee({ demo: after }, { helm });
    expect(ladders(forecast, 'FOREIGN_OWNERSHIP')).toEqual([
      'ConfigMap/managed : adopt:configmap/managed',
      // Its content would give way to the chart's: that is for people.
      'ConfigMap/orphan : adopt:configmap/orphan',
      // Another release is installed that owns it: it stays with that one.
      'ConfigMap/theirs :',
      'ServiceAccount/app : *adopt:serviceaccount/app',
    ]);
    expect(ladders(forecast, 'IMMUTABLE_FIELD')).toEqual(['ConfigMap/fixed data: recreate:configmap/fixed']);
    expect(
      ofCode(forecast, 'FOREIGN_OWNERSHIP')
        .map(({ message }) => message)
        .join('\n'),
    ).toContain(`belongs to release ${scene.namespace}/other`);
    const orphan = ofCode(forecast, 'FOREIGN_OWNERSHIP').find(({ object: found }) => found?.name === 'orphan');
    // Helm 4 applies server-side: there the API server answers with a conflict, and what follows is not known.
    const effect = helm === 'helm3' ? 'The upgrade would then overwrite data.a.' : 'cannot be foreseen';
    expect(orphan?.message).toContain(effect);
    expect(orphan?.remedies.map(({ destructive }) => destructive)).toEqual([true]);
    const [refused] = await scene.apply({ demo: after }, undefined, helm);
    expect(refused?.stderr).toMatch(/cannot be imported into the current release/);
  });

  it('O17: a field that the API does not know is foreseen as helm would have it', async () => {
    const scene = await foretelling();
    const odd = [object('v1', 'Service', 'odd', { spec: { ports: [{ port: 80 }], colour: 'red' } })];
    const forecast = await scene.foresee({ demo: odd }, { helm });
    const [found, ...others] = ofCode(forecast, 'STRICT_FIELD');
    expect([found?.field, found?.object?.name, others]).toEqual(['spec.colour', 'odd', []]);
    const [applied] = await scene.apply({ demo: odd }, undefined, helm);
    expect(found?.severity).toBe(applied?.code === 0 ? 'warning' : 'blocker');
  });

  it('a record that comes near to the limit is a warning, one that is over it a blocker, as helm then finds', async () => {
    const scene = await foretelling();
    const { randomBytes } = await import('node:crypto');
    // Two objects, since one alone may not be as large; text of random bytes does not compress below three quarters.
    const large = (bytes: number) =>
      [0, 1].map((index) => configMap(`large-${index}`, { a: randomBytes(bytes).toString('base64') }));
    const near = await scene.foresee({ demo: large(162_000) }, { helm });
    expect(ofCode(near, 'RECORD_TOO_LARGE').map(({ severity }) => severity)).toEqual(['warning']);
    const over = large(260_000);
    const forecast = await scene.foresee({ demo: over }, { helm });
    expect(forecast.findings.map(({ code, severity }) => `${severity} ${code}`)).toEqual(['blocker RECORD_TOO_LARGE']);
    expect(forecast.complete).toBe(false);
    const [refused] = await scene.apply({ demo: over }, undefined, helm);
    expect(refused?.stderr).toContain('Too long');
  });

  it('what fits no class is told in the words of the API server, with no remedy', async () => {
    const scene = await foretelling();
    const forecast = await scene.foresee(
      { demo: [object('v1', 'Service', 'odd', { spec: { ports: [{ port: 99_999 }] } })] },
      { helm },
    );
    const [found, ...others] = ofCode(forecast, 'FORECAST_REJECTED');
    expect(others).toEqual([]);
    expect(found).toMatchObject({ severity: 'blocker', remedies: [], object: { kind: 'Service', name: 'odd' } });
    expect(found?.message).toContain('must be between 1 and 65535');
  });
});

function template(labels: object) {
  return {
    metadata: { labels },
    spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image: 'team/web:1' }] },
  };
}
