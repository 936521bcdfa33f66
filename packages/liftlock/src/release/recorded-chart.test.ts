import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import { recordedChart } from './recorded-chart.ts';

/** Secrets that the real helm wrote. */
function fixture(name: string): KubeObject {
  const file = new URL(`../../test/fixtures/release-records/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as KubeObject;
}

/** The record with fields of its chart changed. */
function withChart(fields: JsonObject): KubeObject {
  const secret = fixture('helm3-v1');
  const release = secret.data?.['release'];
  const text = Buffer.from(typeof release === 'string' ? release : '', 'base64').toString('latin1');
  const payload = JSON.parse(gunzipSync(Buffer.from(text, 'base64')).toString('utf8')) as {
    readonly chart: JsonObject;
  };
  const packed = gzipSync(JSON.stringify({ ...payload, chart: { ...payload.chart, ...fields } })).toString('base64');
  return { ...secret, data: { release: Buffer.from(packed).toString('base64') } };
}

test.each(['helm3', 'helm4'])('templates and defaults of a record of %s', (helm) => {
  const chart = recordedChart(fixture(`${helm}-v1`));
  expect(chart).toMatchObject({ name: 'demo', values: { replicas: 1 }, dependencies: [], subcharts: [] });
  expect(chart?.templates.map(({ path }) => path)).toEqual(['templates/cm.yaml', 'templates/hook.yaml']);
  expect(chart?.templates[0]?.text).toContain('{{ .Values.replicas | quote }}');
});

test('schema, dependencies and files that may be templates', () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const chart = recordedChart(
    withChart({
      schema: base64('{"properties": {"a": {}}}'),
      files: [
        { name: 'conf/a', data: base64('{{ .Values.a }}') },
        { name: 'conf/b', data: base64('plain') },
      ],
      metadata: {
        name: 'demo',
        dependencies: [
          {
            name: 'db',
            alias: 'main',
            condition: 'main.enabled, db.enabled',
            tags: ['data'],
            'import-values': ['x', { child: 'y', parent: 'z' }],
          },
          { version: '1' },
        ],
      },
    }),
  );
  expect(chart?.schema).toEqual({ properties: { a: {} } });
  expect(chart?.files).toEqual([{ path: 'conf/a', text: '{{ .Values.a }}' }]);
  expect(chart?.dependencies).toEqual([
    {
      name: 'db',
      alias: 'main',
      conditions: ['main.enabled', 'db.enabled'],
      tags: ['data'],
      imports: ['exports.x', 'y'],
    },
  ]);
});

test('a record that cannot be read has none', () => {
  expect(recordedChart({ ...fixture('helm3-v1'), data: { release: 'x' } })).toBeUndefined();
});
