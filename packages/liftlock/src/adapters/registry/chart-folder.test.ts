import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { digestOf } from '../../model/digest.ts';
import type { Problem } from '../../model/problem.ts';
import { packTarGz } from '../../run/tar.ts';
import { helmBeside, makeChartFolder } from './chart-folder.ts';

const reference = 'https://charts.example.com/prod/control-plane';
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'liftlock-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Lays an archive and returns its digest. */
function lay(file: string, name: string, version: string, values = ''): string {
  const files = [
    { name: `${name}/Chart.yaml`, text: `apiVersion: v2\nname: ${name}\nversion: ${version}\n` },
    { name: `${name}/values.yaml`, text: values },
  ];
  const archive = packTarGz(files, new Date(0));
  writeFileSync(join(folder, file), archive);
  return digestOf(archive);
}

function receipt(content: object): void {
  const whole = { apiVersion: 'liftlock.dev/v1alpha1', kind: 'LoadedBundle', platform: 'shop', charts: [], ...content };
  writeFileSync(join(folder, 'loaded.json'), JSON.stringify({ bundle: digestOf(''), ...whole }));
}

async function problemOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'none',
    (error: unknown) =>
      `${(error as Problem).code}: ${(error as Problem).message} ${(error as Problem).advice.join(' ')}`,
  );
}

test('charts are known by what their Chart.yaml says, whatever the file is called', async () => {
  const digest = lay('anything.tgz', 'control-plane', '2.19.11');
  lay('control-plane-2.20.0-rc.1.tgz', 'control-plane', '2.20.0-rc.1');
  lay('control-plane-2.18.3.tgz', 'control-plane', '2.18.3');
  lay('control-plane-9.9.9.tgz', 'another', '9.9.9');
  const charts = makeChartFolder(folder);
  expect(await charts.resolve(reference, '2.19.11')).toBe(digest);
  expect(await charts.pull(reference, digest)).toEqual({
    digest,
    file: join(folder, 'anything.tgz'),
    source: 'anything.tgz',
  });
  const listing = await charts.listing('oci://registry.example.com/path/control-plane');
  expect([listing?.versions, listing?.index.newest]).toEqual([['2.20.0-rc.1', '2.19.11', '2.18.3'], '2.19.11']);
  expect(await problemOf(charts.resolve(reference, '2.21.0'))).toMatch(
    /^CHART_NOT_FOUND: .*It has: 2\.20\.0-rc\.1, 2\.19/,
  );
});

test('two archives that say they are the same chart, and differ, are refused', async () => {
  lay('a.tgz', 'control-plane', '2.19.11');
  lay('b.tgz', 'control-plane', '2.19.11', 'other: true\n');
  expect(await problemOf(makeChartFolder(folder).resolve(reference, '2.19.11'))).toContain('CHART_TWICE');
});

test('an archive that was exchanged since it was loaded is refused, and so is a helm', async () => {
  const digest = lay('control-plane-2.19.11.tgz', 'control-plane', '2.19.11');
  writeFileSync(join(folder, 'helm'), 'a program');
  const helm = { file: 'helm', version: '3.22.0', digest: digestOf('a program') };
  receipt({ charts: [{ file: 'control-plane-2.19.11.tgz', digest }], helm });
  expect(await makeChartFolder(folder).resolve(reference, '2.19.11')).toBe(digest);
  expect(helmBeside(folder)).toBe(join(folder, 'helm'));
  lay('control-plane-2.19.11.tgz', 'control-plane', '2.19.11', 'evil: true\n');
  writeFileSync(join(folder, 'helm'), 'another program');
  expect(await problemOf(makeChartFolder(folder).resolve(reference, '2.19.11'))).toContain('CHART_ALTERED');
  expect(() => helmBeside(folder)).toThrow('not the helm that was loaded');
});

test('an archive that is damaged is copied again, and not pulled', async () => {
  writeFileSync(join(folder, 'control-plane-2.19.11.tgz'), 'no archive');
  const told = await problemOf(makeChartFolder(folder).resolve(reference, '2.19.11'));
  expect(told).toMatch(/^CHART_BAD: .*control-plane-2\.19\.11\.tgz.*Copy it again/);
  expect(told).not.toContain('pulled again');
});

test('a receipt that cannot be read is told, also where helm is looked for', () => {
  writeFileSync(join(folder, 'loaded.json'), '{"helm":');
  expect(() => helmBeside(folder)).toThrow('loaded.json cannot be read');
});

test('a folder that is not there is told with what makes it', async () => {
  expect(await problemOf(makeChartFolder(join(folder, 'no')).resolve(reference, '1.0.0'))).toMatch(
    /^CHARTS_FOLDER_MISSING: .*bundle load makes it/,
  );
});
