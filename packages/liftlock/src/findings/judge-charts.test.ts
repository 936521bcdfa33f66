import { describe, expect, test } from 'vitest';
import type { ChartContent } from '../model/chart-content.ts';
import type { Finding } from '../model/finding.ts';
import type { JsonObject } from '../model/json.ts';
import type { UpgradeAdvice } from '../model/platform.ts';
import type { ComponentSnapshot } from '../model/snapshot.ts';
import { judge } from './judge.ts';
import { component, decided, evidence, release, revision } from './preflight-fixtures.ts';

interface ChartTexts {
  readonly templates?: readonly string[];
  readonly values?: JsonObject;
  readonly appVersion?: string;
  readonly fields?: Partial<ChartContent>;
}

function contentOf({ templates = [], values = {}, fields = {} }: ChartTexts): ChartContent {
  return {
    name: 'web',
    values,
    templates: templates.map((text, index) => ({ path: `templates/${index}.yaml`, text })),
    files: [],
    dependencies: [],
    subcharts: [],
    ...fields,
  };
}

/** The component `web`, installed from the old chart at 2.2.4, to be upgraded with the new one to 2.2.5. */
function between(old: ChartTexts | undefined, young: ChartTexts, given: JsonObject): ComponentSnapshot {
  return component('web', {
    release: {
      ...release('shop-web', [{ ...revision(1, 'deployed', '2.2.4'), appVersion: old?.appVersion ?? '' }], given),
      chartValues: old?.values ?? {},
      chartContent: old === undefined ? undefined : contentOf(old),
    },
    valuesFiles: [{ path: 'web.yaml', file: '/tmp/web.yaml', digest: 'sha256:0', values: given }],
    chart: {
      reference: '',
      source: '',
      name: 'web',
      version: '2.2.5',
      appVersion: young.appVersion ?? '',
      digest: '',
      file: '',
      values: young.values ?? {},
      content: contentOf(young),
    },
  });
}

function foundIn(code: string, web: ComponentSnapshot, ...remedies: readonly string[]): readonly Finding[] {
  const seen = evidence();
  const snapshot = { ...seen.snapshot, components: [web, component('api')] };
  return judge({ ...seen, snapshot, ...decided(...remedies) }).filter((finding) => finding.code === code);
}

/** `severity field` of every finding of the code. */
function told(code: string, web: ComponentSnapshot, ...remedies: readonly string[]): readonly string[] {
  return foundIn(code, web, ...remedies).map(({ severity, field }) => `${severity} ${field}`);
}

describe('VALUE_NOT_READ', () => {
  const server = { templates: ['{{ .Values.server.mode }}'] };
  const web = { templates: ['{{ .Values.web.mode }}'] };

  test('a key that the installed chart read and the new one does not; the nearest is named', () => {
    const [finding] = foundIn('VALUE_NOT_READ', between(server, web, { server: { mode: 'x' } }));
    expect(finding).toMatchObject({ severity: 'warning', field: 'server.mode', component: 'web' });
    expect(finding?.message).toContain('2.2.4 read it');
    expect(told('VALUE_NOT_READ', between(server, server, { server: { mode: 'x' } }))).toEqual([]);
    expect(told('VALUE_NOT_READ', between(server, web, { server: { mode: 'x' } }), 'ignore:web:server.mode')).toEqual([
      'info server.mode',
    ]);
  });

  test('the outermost key of which nothing is read, or only the one that is not', () => {
    const both = { templates: ['{{ .Values.server.mode }}{{ .Values.server.port }}'] };
    const port = { templates: ['{{ .Values.server.port }}'] };
    const given = { server: { mode: 'x', port: 1 } };
    expect(told('VALUE_NOT_READ', between(both, port, given))).toEqual(['warning server.mode']);
    expect(told('VALUE_NOT_READ', between(both, web, given))).toEqual(['warning server']);
    const inside = { templates: ['{{ .Values.web.server.mode }}'] };
    expect(foundIn('VALUE_NOT_READ', between(both, inside, given))[0]?.message).toContain('it reads: web.server.');
  });

  test.each([
    ['persistence.existingClaim', 'data lies'],
    ['db.size', 'data lies'],
    ['image.registry', 'images come from'],
  ])('%s blocks', (path, words) => {
    const old = { templates: [`{{ .Values.${path} }}`] };
    const given = path.split('.').reduceRight<JsonObject | string>((inner, key) => ({ [key]: inner }), 'x');
    const [finding] = foundIn('VALUE_NOT_READ', between(old, {}, given as JsonObject));
    expect(finding).toMatchObject({ severity: 'blocker' });
    expect(finding?.message).toContain(words);
    // Where it is not known whether it had an effect, and where it never had one, it does not.
    expect(told('VALUE_NOT_READ', between(undefined, {}, given as JsonObject))[0]).toMatch(/^warning /);
    expect(told('VALUE_NOT_READ', between({}, {}, given as JsonObject))[0]).toMatch(/^info /);
  });

  test('what neither chart reads is told once; where the installed one is not known, with a warning', () => {
    const given = { a: 1, b: { c: 2 }, d: null, e: {} };
    expect(told('VALUE_NOT_READ', between({}, {}, given))).toEqual(['info a, b.c']);
    expect(told('VALUE_NOT_READ', between(undefined, {}, given))).toEqual(['warning a', 'warning b.c']);
  });

  test('what a subchart read is known by its default, since the record holds no more of it', () => {
    const dependencies = [{ name: 'db', conditions: [], tags: [], imports: [] }];
    const old = { values: { db: { user: 'x' } }, fields: { dependencies } };
    const given = { db: { user: 'y', other: 1 } };
    expect(told('VALUE_NOT_READ', between(old, {}, given))).toEqual(['warning db']);
    expect(foundIn('VALUE_NOT_READ', between(old, {}, given))[0]?.message).toContain('2.2.4 read it.');
    expect(foundIn('VALUE_NOT_READ', between({ fields: { dependencies } }, {}, given))[0]?.message).toContain(
      'whether 2.2.4 read it is not known',
    );
  });

  test.each([
    ['server.mode', '{{ .Values.web.server.mode }}', 'web.server.mode'],
    ['adminUser', '{{ .Values.auth.adminUser }}', 'auth.adminUser'],
    ['server.prot', '{{ .Values.server.port }}', 'server.port'],
    ['image.registry', '{{ .Values.global.imageRegistry }}', undefined],
    ['db.enabled', '{{ .Values.ui.enabled }}', undefined],
    ['sevrer.mode', '{{ .Values.server.mode }}', 'server.mode'],
  ])('%s: the nearest key of %s', (path, template, nearest) => {
    const given = path.split('.').reduceRight<JsonObject | string>((inner, key) => ({ [key]: inner }), 'x');
    const old = { templates: [`{{ .Values.${path} }}`] };
    const [finding] = foundIn('VALUE_NOT_READ', between(old, { templates: [template] }, given as JsonObject));
    const named = /nearest key that it reads: (.*)\.$/.exec(finding?.message ?? '')?.[1];
    expect(named).toBe(nearest);
  });
});

describe('DEFAULT_CHANGED', () => {
  const old = { values: { service: { type: 'ClusterIP' }, log: 'info', image: { tag: '1' }, gone: 1 } };
  const young = { values: { service: { type: 'NodePort' }, log: 'debug', image: { tag: '2' }, come: 1 } };

  test('what matters to the site warns by itself, the rest is listed, version tags are left out', () => {
    expect(told('DEFAULT_CHANGED', between(old, young, {}))).toEqual(['warning service.type', 'info log']);
    expect(told('DEFAULT_CHANGED', between(old, old, {}))).toEqual([]);
    expect(told('DEFAULT_CHANGED', between(old, young, {}), 'default:web:service.type')[0]).toBe('info service.type');
  });

  test('not where the values set the key, or something in its place', () => {
    expect(told('DEFAULT_CHANGED', between(old, young, { service: { type: 'ClusterIP' }, log: 'warn' }))).toEqual([]);
    expect(told('DEFAULT_CHANGED', between(old, young, { service: 'none', log: 'warn' }))).toEqual([]);
  });

  test('not where only the version in it changes', () => {
    const at = (version: string) => ({ values: { url: `https://example.org/${version}/file` } });
    expect(told('DEFAULT_CHANGED', between(at('2.2.4'), at('2.2.5'), {}))).toEqual([]);
  });

  test('another tag of the same image is no other default; another repository is', () => {
    const at = (image: string) => ({ values: { web: { image } } });
    const [from, to, away] = [at('quay.io/a/web:2.15'), at('quay.io/a/web:2.16'), at('ghcr.io/a/web:2.15')];
    expect(told('DEFAULT_CHANGED', between(from, to, {}))).toEqual([]);
    expect(told('DEFAULT_CHANGED', between(from, away, {}))).toEqual(['warning web.image']);
  });

  test('defaults of subcharts count, as helm keeps them', () => {
    const dependencies = [{ name: 'db', alias: 'main', conditions: [], tags: [], imports: [] }];
    const db = { ...contentOf({ values: { persistence: { size: '8Gi' } } }), name: 'db' };
    const former = { values: { main: { persistence: { size: '4Gi' } } } };
    expect(told('DEFAULT_CHANGED', between(former, { fields: { dependencies, subcharts: [db] } }, {}))).toEqual([
      'warning main.persistence.size',
    ]);
  });

  test('a secret is not shown', () => {
    const at = (password: string) => ({ values: { persistence: { password } } });
    const [finding] = foundIn('DEFAULT_CHANGED', between(at('canary-one'), at('canary-two'), {}));
    expect(finding?.message).toContain('persistence.password');
    expect(finding?.message).not.toContain('canary');
  });
});

describe('D21: PINNED_IMAGE', () => {
  const pinned = (given: JsonObject, young: ChartTexts = { appVersion: '1.16.1' }) =>
    told('PINNED_IMAGE', between({ appVersion: '1.15.0' }, young, given));

  test('a tag or an image of the installed version', () => {
    expect(pinned({ coderd: { image: 'docker.io/coderenvs/coder-service:1.15.0' } })).toEqual(['warning coderd.image']);
    expect(pinned({ image: { tag: 'v1.15.0' } })).toEqual(['warning image.tag']);
    expect(pinned({ image: { tag: '1.15.0-oss' } })).toEqual(['warning image.tag']);
    expect(pinned({ image: 'localhost:5000/a/b:2.2.4@sha256:00' })).toEqual(['warning image']);
  });

  test('a tag that is older than the default of the new chart', () => {
    const young = { appVersion: '1.16.1', values: { db: { tag: '15.2' } } };
    expect(pinned({ db: { tag: '14.9' } }, young)).toEqual(['warning db.tag']);
    expect(pinned({ db: { tag: '15.2' } }, young)).toEqual([]);
    expect(pinned({ db: { tag: '16.0' } }, young)).toEqual([]);
  });

  test('nothing else', () => {
    expect(pinned({ image: { tag: '1.16.1' }, coderd: { image: 'a/coder:1.16.1' } })).toEqual([]);
    expect(pinned({ image: { tag: 'latest' }, other: { image: 'redis:7' }, proxy: 'host:1.15.0' })).toEqual([]);
    expect(pinned({ image: 'localhost:5000/a/b', tag: '', version: '1.15.0' })).toEqual([]);
    expect(pinned({ image: { tag: '1.15.01' } })).toEqual([]);
    // The chart changes, the program stays.
    expect(pinned({ image: { tag: '1.15.0' } }, { appVersion: '1.15.0' })).toEqual([]);
  });

  test('says path, tag and what the chart is made for', () => {
    const [finding] = foundIn(
      'PINNED_IMAGE',
      between({ appVersion: '1.15.0' }, { appVersion: '1.16.1' }, { coderd: { image: 'a/coder:1.15.0' } }),
    );
    expect(finding?.message).toMatch(/coderd\.image .* 1\.15\.0; .* 1\.16\.1\.$/);
  });
});

describe('D21: VERSION_SKIPPED', () => {
  function skipped(from: string, to: string, upgrade?: UpgradeAdvice): readonly string[] {
    const seen = evidence();
    const web = between({}, {}, {});
    const chart = web.chart === undefined ? undefined : { ...web.chart, version: to };
    const read = { ...web, release: release('shop-web', [revision(1, 'deployed', from)]), chart };
    const platform = {
      ...seen.platform,
      components: seen.platform.components.map((item) => ({ ...item, ...(upgrade === undefined ? {} : { upgrade }) })),
    };
    return judge({
      ...seen,
      target: to,
      platform,
      snapshot: { ...seen.snapshot, components: [read, component('api')] },
    })
      .filter(({ code, component: name }) => code === 'VERSION_SKIPPED' && name === 'web')
      .map(({ severity, message }) => `${severity} ${message}`);
  }
  const one = { maxMinors: 1, source: 'the guide' };

  test('more than the vendor advises, and only where it advises', () => {
    expect(skipped('1.15.0', '1.17.0', one)).toEqual([
      'warning 1.15.0 to 1.17.0 climbs 2 minor versions at once; the vendor advises one minor version (the guide).',
    ]);
    expect(skipped('1.44.3', '2.1.0', one)[0]).toContain('crosses a major version');
    expect(skipped('1.15.0', '1.16.9', one)).toEqual([]);
    expect(skipped('1.15.0', '1.15.3', one)).toEqual([]);
    expect(skipped('1.44.3', '2.0.0', one)).toEqual([]);
    expect(skipped('1.15.0', '1.19.0', { ...one, maxMinors: 4 })).toEqual([]);
    expect(skipped('1.15.0', '1.29.0')).toEqual([]);
  });
});
