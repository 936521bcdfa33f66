import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runaiDomain } from '../../sandbox/worlds/runai/index.ts';
import { openRunai, runaiAffirmed, type RunaiScene } from './support/runai.ts';
import { saidBy } from './support/happenings.ts';

/** What `plan` says, and that nothing was written for it. */
async function refused(scene: RunaiScene, version: string, ...more: readonly string[]): Promise<string> {
  const args = ['-f', scene.stage.siteFile, '--version', version, '--only', 'control-plane', ...runaiAffirmed, ...more];
  const outcome = await scene.operator.run('plan', ...args);
  expect(outcome.code).not.toBe(0);
  expect(await scene.writes()).toEqual([]);
  return saidBy(outcome).replaceAll(/\s+/g, ' ');
}

describe('Run:ai from 2.9, refused before anything is written', () => {
  let scene: RunaiScene;
  beforeAll(async () => {
    scene = await openRunai({ version: '2.9.6', published: ['2.19.11'] });
  });
  afterAll(() => scene.close());

  it('R03: the vendor’s former repository under the known name stays until it is named', async () => {
    await scene.typed('repo', 'add', 'runai-backend', `${scene.stage.repository.url}/./`);
    const said = await refused(scene, '2.19.11', '--no-forecast');
    expect(said).toContain('REPO_ADDRESS_DIFFERS');
    expect(said).toContain('--allow repo:runai-backend');
    await scene.typed('repo', 'remove', 'runai-backend');
  });

  it.each([
    ['<DOMAIN>', '<DOMAIN> is a placeholder of the guide'],
    ['not a domain', 'inputs.domain: "not a domain" is not a full host name'],
    ['', 'inputs.domain: is empty'],
  ])('R28: %o is no domain', async (domain, words) => {
    await scene.stage.writeSite({ inputs: { ...scene.stage.inputs, domain } });
    const said = await refused(scene, '2.19.11', '--no-forecast');
    expect(said).toContain(words);
  });

  it('R21: a certificate that is missing, for another domain, expired, or not of that key', async () => {
    await scene.stage.writeCertificate('other', 'other.example.com');
    await scene.stage.writeCertificate('expired', runaiDomain, -1);
    const told = async (files: Readonly<Record<string, string>>) => {
      await scene.stage.writeSite({ inputs: { domain: runaiDomain, ...files } });
      return refused(scene, '2.19.11', '--no-forecast');
    };
    expect(await told({})).toContain('INPUT_MISSING');
    expect(await told({ tlsCert: './other.crt', tlsKey: './other.key' })).toContain('TLS_WRONG_HOST');
    expect(await told({ tlsCert: './expired.crt', tlsKey: './expired.key' })).toContain('TLS_NOT_VALID_NOW');
    expect(await told({ tlsCert: './tls.crt', tlsKey: './other.key' })).toContain('TLS_KEY_MISMATCHED');
    await scene.stage.writeSite();
  });

  it('R22: a claim that goes with its pod, and one that is not there', async () => {
    const path = `/api/v1/namespaces/${scene.namespace}/persistentvolumeclaims/pvc-thanos-receive`;
    const kept = 'The claim pvc-thanos-receive, which the upgrade has to keep,';
    await scene.sandbox.api.delete(path);
    expect(await refused(scene, '2.19.11', '--no-forecast')).toContain(`${kept} is Terminating`);
    await scene.sandbox.api.patch(path, { metadata: { finalizers: null } });
    expect(await refused(scene, '2.19.11', '--no-forecast')).toContain(`${kept} does not exist`);
  });
});

describe('Run:ai from 2.12', () => {
  let scene: RunaiScene;
  beforeAll(async () => {
    scene = await openRunai({ version: '2.12.4', published: ['2.19.11'] });
  });
  afterAll(() => scene.close());

  it('R30: an origin of which the vendor says nothing waits for a decision', async () => {
    expect(await refused(scene, '2.19.11', '--no-forecast')).toContain('--allow origin:runai-2.12');
    const { plan, outcome } = await scene.plan('2.19.11', '--allow', 'origin:runai-2.12');
    expect(outcome.code).toBe(0);
    expect(plan.route.map(({ from, to }) => `${from} ${to}`)).toEqual(['2.12.4 2.19.11']);
  });

  it('R31: a StatefulSet whose claims would change is foretold as the API server says it', async () => {
    const folder = join(scene.stage.folder, 'values');
    await mkdir(folder);
    const values = { global: { domain: runaiDomain }, postgresql: { primary: { persistence: { size: '50Gi' } } } };
    await writeFile(join(folder, 'runai_control_plane_values.yaml'), JSON.stringify(values));
    const said = await refused(scene, '2.19.11', '--allow', 'origin:runai-2.12', '--values-from', folder);
    expect(said).toContain('IMMUTABLE_FIELD');
    expect(said).toContain('runai-backend-postgresql · spec.volumeClaimTemplates');
  });
});

it('R30: an origin below 2.9 is refused, with the edition to read', async () => {
  const scene = await openRunai({ version: '2.8.9', published: ['2.19.11'], awaitsReady: false });
  try {
    expect(await refused(scene, '2.19.11', '--no-forecast')).toContain('edition 2.12 or 2.13');
  } finally {
    await scene.close();
  }
});

it('R29: a release that is not there is said by liftlock, not by helm', async () => {
  const scene = await openRunai({ version: undefined, published: ['2.19.11'] });
  try {
    const said = await refused(scene, '2.19.11');
    expect(said).toMatch(/RELEASE_ABSENT|ALL_RELEASES_ABSENT/);
    expect(said).not.toContain('has no deployed releases');
  } finally {
    await scene.close();
  }
});
