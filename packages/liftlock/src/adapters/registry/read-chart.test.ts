import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readChart } from './read-chart.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'liftlock-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function entry(path: string, content: string, type = '0'): Buffer {
  const header = Buffer.alloc(512);
  header.write(path, 0, 100);
  header.write('0000644\0', 100);
  header.write(`${Buffer.byteLength(content).toString(8).padStart(11, '0')}\0`, 124);
  header.write(`        ${type}`, 148);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const body = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / 512) * 512);
  body.write(content);
  return Buffer.concat([header, body]);
}

function archiveOf(...entries: Buffer[]): string {
  const file = join(folder, 'chart.tgz');
  writeFileSync(file, gzipSync(Buffer.concat([...entries, Buffer.alloc(1024)])));
  return file;
}

const chartYaml = entry(
  'ui/Chart.yaml',
  'apiVersion: v2\nname: ui\nversion: 2.2.5\nappVersion: 2\ndependencies: [{name: redis, alias: cache}]\n',
);

test('metadata, defaults, subcharts and files', () => {
  const values = entry('ui/values.yaml', '# defaults\na: &x {b: 1}\nc: *x\nday: 2026-01-02\nflag: on\nempty:\n');
  const file = archiveOf(
    chartYaml,
    values,
    entry('ui/charts/db/Chart.yaml', 'name: db'),
    entry('ui/charts/db/values.yaml', 'x: 1'),
    entry('beside', ''),
  );
  expect(readChart(file)).toEqual({
    name: 'ui',
    version: '2.2.5',
    appVersion: '2',
    values: { a: { b: 1 }, c: { b: 1 }, day: '2026-01-02', flag: true, empty: null },
    subcharts: ['cache', 'db'],
    files: ['Chart.yaml', 'values.yaml', 'charts/db/Chart.yaml', 'charts/db/values.yaml'],
    content: {
      name: 'ui',
      values: expect.objectContaining({ a: { b: 1 } }),
      templates: [],
      files: [],
      crds: [],
      dependencies: [{ name: 'redis', alias: 'cache', conditions: [], tags: [], imports: [] }],
      subcharts: [
        { name: 'db', values: { x: 1 }, templates: [], files: [], crds: [], dependencies: [], subcharts: [] },
      ],
    },
  });
});

test('a chart without defaults, or with empty ones, has none', () => {
  expect(readChart(archiveOf(chartYaml)).values).toEqual({});
  expect(readChart(archiveOf(chartYaml, entry('ui/values.yaml', '# nothing\n'))).values).toEqual({});
});

test('long names as PAX and GNU tar write them', () => {
  const long = `ui/templates/${'x'.repeat(120)}.yaml`;
  const record = `path=${long}\n`;
  const length = record.length + 4;
  const pax = entry('pax', `${length} ${record}`, 'x');
  const gnu = entry('././@LongLink', `${long}2\0`, 'L');
  const { files } = readChart(
    archiveOf(chartYaml, pax, entry('ui/short', ''), gnu, entry('ui/short', ''), entry('ui/last', '')),
  );
  expect(files).toEqual(['Chart.yaml', long.slice(3), `${long.slice(3)}2`, 'last']);
});

test.each([
  ['a link', [chartYaml, entry('ui/link', '', '2')], 'a link'],
  ['a hard link', [chartYaml, entry('ui/link', '', '1')], 'a link'],
  ['a device', [chartYaml, entry('ui/device', '', '3')], 'an entry of type'],
  ['a path upwards', [chartYaml, entry('ui/../../etc/x', '')], 'leads out'],
  ['an absolute path', [chartYaml, entry('/etc/x', '')], 'leads out'],
  ['no Chart.yaml', [entry('ui/values.yaml', '')], 'has no Chart.yaml'],
  ['a list as defaults', [chartYaml, entry('ui/values.yaml', '[1]')], 'values.yaml is no map'],
  ['defaults that do not parse', [chartYaml, entry('ui/values.yaml', 'a: [')], 'cannot be read'],
])('%s is refused', (_title, entries, why) => {
  const file = archiveOf(...entries);
  expect(() => readChart(file)).toThrow(expect.objectContaining({ code: 'CHART_BAD', exitCode: 3 }));
  expect(() => readChart(file)).toThrow(why);
});

test('what is no archive, is cut off, or unpacks beyond measure is refused', () => {
  const file = join(folder, 'chart.tgz');
  const whole = Buffer.concat([chartYaml, entry('ui/values.yaml', `a: ${'x'.repeat(5000)}`)]);
  for (const bytes of [
    Buffer.from('no gzip'),
    gzipSync('no tar '.repeat(200)),
    gzipSync(whole.subarray(0, 3000)),
    gzipSync(Buffer.alloc(101 * 1024 * 1024)),
  ]) {
    writeFileSync(file, bytes);
    expect(() => readChart(file)).toThrow(expect.objectContaining({ code: 'CHART_BAD' }));
  }
});
