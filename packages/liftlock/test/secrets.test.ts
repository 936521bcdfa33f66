import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { canaries, chartsRepository, missingImage } from '../../sandbox/worlds/codemie/index.ts';
import { withPrivateHelm } from '../../sandbox/worlds/codemie/helm.ts';
import { packCharts } from '../../sandbox/worlds/codemie/packing.ts';
import { requestAccessToken } from '../src/adapters/credentials/google-token.ts';
import { readKeyFile } from '../src/adapters/credentials/key-file.ts';
import { makeHttpClient } from '../src/adapters/http/http-client.ts';
import { Redactor } from '../src/model/redaction.ts';
import { searchFor } from './support/canary-search.ts';
import { makeOperator, type Operator, type Outcome } from './support/liftlock.ts';
import { recordHelm, type RecordingHelm } from './support/recording-helm.ts';
import { affirmed, openScene, type Scene } from './support/stage.ts';
import { filesBelow, openToOthers, secretsBelow, secretsIn, type Secrets } from './support/sweep.ts';

const run = promisify(execFile);

/** Put into values: under a secret's name, as a secret variable, as a number, inside an address, and live only. */
const planted = {
  'the secret in a values file': 'canary-values-file-0d83fe',
  'the variable in a values file': 'canary-values-variable-91b7aa',
  'the number in a values file': '7351926483',
  'the password in an address': 'canary-values-address-c5e210',
  'the live value': 'canary-live-value-66f0d4',
};

describe('what is secret', () => {
  let scene: Scene;
  let operator: Operator;
  let helm: RecordingHelm;
  let temporary: string;
  let secrets: Secrets;
  const said: Record<string, Outcome> = {};
  const search = searchFor(() => secrets);

  /** Runs a command and keeps what it said. */
  async function say(name: string, ...words: readonly string[]): Promise<Outcome> {
    const outcome = await operator.run(...words);
    said[name] = outcome;
    return outcome;
  }

  async function addToValues(file: string, values: Readonly<Record<string, unknown>>): Promise<void> {
    const path = join(scene.stage.checkout, file);
    await writeFile(path, stringify({ ...(parse(await readFile(path, 'utf8')) as object), ...values }));
  }

  /** Someone set a token by hand that is in no file. */
  async function setLiveValue(): Promise<void> {
    await withPrivateHelm(scene.sandbox.bin.helm3, async (own) => {
      const [chart] = await packCharts(own, '2.2.4', join(own.home, 'packed'), ['mermaid-server']);
      const values = join(own.home, 'values.yaml');
      await writeFile(values, JSON.stringify({ apiToken: planted['the live value'] }));
      const { namespace, sandbox } = scene;
      const where = ['--namespace', namespace, '--kubeconfig', sandbox.kubeconfig];
      await own.run([
        'upgrade',
        'mermaid-server',
        chart?.file ?? '',
        ...where,
        '--reuse-values',
        '-f',
        values,
        '--wait',
      ]);
    });
  }

  beforeAll(async () => {
    scene = await openScene();
    helm = await recordHelm(scene.sandbox.bin.helm3, scene.operator.home);
    temporary = join(scene.stage.folder, 'temporary');
    await mkdir(temporary);
    operator = await makeOperator({ helm: helm.path, cwd: scene.stage.folder, environment: { TMPDIR: temporary } });
    await setLiveValue();
    await addToValues('codemie-ui/values-aws.yaml', {
      sso: {
        clientSecret: planted['the secret in a values file'],
        pinToken: Number(planted['the number in a values file']),
      },
      databaseUrl: `postgres://codemie:${planted['the password in an address']}@db.example.org:5432/codemie`,
    });
    const api = parse(await readFile(join(scene.stage.checkout, 'codemie-api/values-aws.yaml'), 'utf8')) as {
      readonly extraEnv: readonly object[];
    };
    await addToValues('codemie-api/values-aws.yaml', {
      extraEnv: [
        ...api.extraEnv,
        { name: 'SEARCH_PASSWORD', value: planted['the variable in a values file'] },
        { name: 'CACHE_URL', value: `redis://:${planted['the password in an address']}@cache.example.org:6379` },
      ],
    });
    const key = JSON.parse(await readFile(scene.stage.keyFile, 'utf8')) as { readonly private_key: string };
    secrets = {
      ...planted,
      ...canaries,
      'the private key': key.private_key.split('\n')[7] ?? '',
      "the test user's password": scene.stage.services.password,
      'the client secret': scene.stage.services.clientSecret,
    };
    const keep = ['--allow', 'keep:mermaid:apiToken', '--allow', 'drop:api:extraEnv'];
    const site = ['-f', scene.stage.siteFile, '--version', '2.2.5', ...keep];
    await say('plan', 'plan', ...site);
    await say('plan in detail', 'plan', ...site, '-v');
    await say('plan as JSON', 'plan', ...site, '-o', 'json', '--out-file', join(operator.home, 'plan.json'));
    await say('plan as Markdown', 'plan', ...site, '-o', 'md');
    await say('plan as HTML', 'plan', ...site, '-o', 'html', '--out-file', join(operator.home, 'plan.html'));
    await say('runbook', 'runbook', ...site);
    await say('script', 'runbook', ...site, '-o', 'sh');
    await say('apply', 'apply', ...site, '--yes', ...affirmed);
    const fault = {
      kind: 'image-pull',
      cause: 404,
      match: { namespace: scene.namespace, image: missingImage },
    } as const;
    const missing = await scene.sandbox.faults.set(fault);
    const broken = ['-f', scene.stage.siteFile, '--version', '2.2.6', '--only', 'api', ...keep];
    await say('apply that fails', 'apply', ...broken, '--yes', ...affirmed, '-o', 'jsonl');
    await missing.clear();
    await say('report', 'report');
    await say('report as JSON', 'report', '-o', 'json');
    await say('history', 'history', '-o', 'json');
    await say('diagnose', 'diagnose');
    await say('status', 'status', '-f', scene.stage.siteFile, '-o', 'json');
    await say('support-bundle', 'support-bundle');
    // Two upgrades and a dozen commands, one after another.
  }, 600_000);
  afterAll(async () => {
    search.tell();
    await scene.close();
  });

  it('was really used: the releases hold it, one upgrade went well and one failed', async () => {
    expect(said['apply']?.stderr).toMatch(/2\.2\.5/);
    expect(said['apply']?.code).toBe(0);
    expect(said['apply that fails']?.code).toBe(5);
    expect(said['support-bundle']?.code).toBe(0);
    expect(said['diagnose']?.code).toBe(0);
    for (const [release, secret] of [
      ['codemie-ui', planted['the secret in a values file']],
      ['codemie-api', planted['the variable in a values file']],
      ['mermaid-server', planted['the live value']],
    ] as const) {
      const where = ['-n', scene.namespace, '--kubeconfig', scene.sandbox.kubeconfig];
      const { stdout } = await run(scene.sandbox.bin.helm3, ['get', 'values', release, ...where]);
      expect(stdout).toContain(secret);
    }
    expect(await secretsBelow(scene.stage.checkout, secrets)).not.toEqual([]);
  });

  it('C12 O9: stands in nothing that any command says', () => {
    expect(Object.keys(said).length).toBeGreaterThan(10);
    const texts = Object.entries(said).map(([name, { stdout, stderr }]) => [name, stdout + stderr] as const);
    expect(search.inTexts(Object.fromEntries(texts))).toEqual([]);
  });

  it('O9: stands in no file that is left: journal, plan, reports and bundle; only in backups', async () => {
    const left = await filesBelow(operator.home);
    expect(left.filter((file) => /journal|plan\.json|support-bundle/.test(file)).length).toBeGreaterThan(2);
    const plan = JSON.parse(await readFile(join(operator.home, 'plan.json'), 'utf8')) as { readonly digest: string };
    expect(plan.digest).toMatch(/^sha256:/);
    expect(await search.below(operator.home)).toEqual([]);
  });

  it('stands in no command line of any process', async () => {
    const calls = await helm.calls();
    expect(calls.filter(([command]) => command === 'upgrade').length).toBeGreaterThan(10);
    const [processes, environments] = [await helm.processes(), await helm.environments()];
    expect(search.inTexts({ calls: calls.flat().join('\n'), processes, environments })).toEqual([]);
  });

  it('was in private files while helm read it, and those are gone', async () => {
    const modes = (await helm.fileModes()).filter((line) => /values/.test(line));
    expect(modes.length).toBeGreaterThan(10);
    expect(new Set(modes.map((line) => line.split(' ')[0]))).toEqual(new Set(['600', '700']));
    const state = join(operator.home, 'state');
    const folders = await readdir(state, { recursive: true });
    expect(folders.filter((name) => /(^|\/)(values|forecast-[^/]*|kept-values.*)$/.test(name))).toEqual([]);
    expect(await openToOthers(state)).toEqual([]);
    expect(await readdir(temporary)).toEqual([]);
  });
});

describe('logging in', () => {
  let scene: Scene;
  let helm: RecordingHelm;
  let operator: Operator;
  let token: string;

  beforeAll(async () => {
    scene = await openScene({ releases: ['mermaid-server'] });
    helm = await recordHelm(scene.sandbox.bin.helm3, scene.operator.home);
    operator = await makeOperator({ helm: helm.path, cwd: scene.stage.folder });
    const http = makeHttpClient({ env: {} });
    const redactor = new Redactor();
    const key = readKeyFile(scene.stage.keyFile, redactor);
    const tokenHosts = [new URL(scene.sandbox.identity.tokenUri).host];
    const answer = await requestAccessToken({ key, tokenHosts, now: new Date(), redactor, request: http.request });
    token = answer.token;
    http.close();
  });
  afterAll(async () => scene.close());

  /** A stand-in for `gcloud auth application-default print-access-token`. */
  async function tokenCommand(script: string): Promise<void> {
    const file = join(scene.stage.folder, 'gcloud');
    await writeFile(file, `#!/bin/sh\n${script}\n`);
    await chmod(file, 0o755);
    const registry = { tokenCommand: [file, 'auth', 'print-access-token'], plainHttp: true };
    await scene.stage.writeSite({ credentials: { registry } });
  }

  async function canPull(): Promise<boolean> {
    const { registry, bin } = scene.sandbox;
    const chart = `oci://${registry.host}/${chartsRepository}/mermaid-server`;
    const env = { HOME: operator.home, PATH: process.env['PATH'], XDG_CACHE_HOME: join(operator.home, 'cache') };
    return run(bin.helm3, ['show', 'chart', chart, '--version', '2.2.5', '--plain-http'], { env }).then(
      () => true,
      () => false,
    );
  }

  it('C12: gives helm the user oauth2accesstoken, and the token on standard input alone', async () => {
    expect(await canPull()).toBe(false);
    const outcome = await operator.run('login', '-f', scene.stage.siteFile);
    const { host } = scene.sandbox.registry;
    expect(outcome).toMatchObject({ code: 0, stdout: '', stderr: `Logged in to ${host} as oauth2accesstoken.\n` });
    const logins = (await helm.calls()).filter(([command]) => command === 'registry');
    expect(logins).toEqual([
      ['registry', 'login', '-u', 'oauth2accesstoken', '--password-stdin', host, '--plain-http'],
    ]);
    const given = await helm.loginInput();
    expect(given).toMatch(/^ya29\.[\w-]{20,}$/);
    expect(await helm.processes()).toContain('oauth2accesstoken --password-stdin');
    expect(secretsIn(await helm.processes(), { token: given })).toEqual([]);
    expect(await canPull()).toBe(true);
  });

  it('C12: takes the token of a command as well', async () => {
    const file = join(scene.stage.folder, 'token');
    await writeFile(file, `${token}\n`, { mode: 0o600 });
    await tokenCommand(`[ "$*" = 'auth print-access-token' ] && cat '${file}'`);
    const before = await helm.loginInput();
    const outcome = await operator.run('login', '-f', scene.stage.siteFile);
    expect(outcome).toMatchObject({ code: 0 });
    expect((await helm.loginInput()).slice(before.length)).toBe(token);
    expect(secretsIn(outcome.stdout + outcome.stderr + (await helm.processes()), { token })).toEqual([]);
    // And liftlock pulls the charts with it.
    const plan = await operator.run('plan', '-f', scene.stage.siteFile, '--version', '2.2.5', '--no-forecast');
    expect(plan.stdout).toContain('2.2.5');
  });

  it('C12 C13: a token command that fails ends everything before the first write', async () => {
    await tokenCommand(`echo '${token}'; echo 'gone with ${token}' >&2; exit 1`);
    const calls = (await helm.calls()).length;
    const fresh = await makeOperator({ helm: helm.path, cwd: scene.stage.folder });
    const apply = ['apply', '-f', scene.stage.siteFile, '--version', '2.2.5', '--yes', ...affirmed];
    for (const words of [apply, ['login', '-f', scene.stage.siteFile]]) {
      const outcome = await fresh.run(...words);
      expect(outcome.code).toBe(3);
      expect(outcome.stderr).toContain('TOKEN_COMMAND_FAILED');
      expect(secretsIn(outcome.stdout + outcome.stderr, { token })).toEqual([]);
    }
    expect((await helm.calls()).slice(calls).filter(([command]) => command !== 'version')).toEqual([]);
    expect(await scene.writes()).toEqual([]);
  });
});
