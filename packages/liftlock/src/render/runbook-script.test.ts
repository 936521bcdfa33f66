import { execFile, execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadPlatform } from '../adapters/files/platform-catalog.ts';
import { expand } from '../definition/index.ts';
import type { Plan } from '../model/plan.ts';
import { durationSeconds } from '../model/duration.ts';
import { chartReference } from '../model/platform.ts';
import type { HelmUpgradeStep } from '../model/step.ts';
import { helmUpgradeStep } from '../plan/steps/helm-upgrade.ts';
import { plan } from './fixtures.ts';
import { renderRunbookScript } from './runbook-script.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** A helm that writes down its arguments, and fails for a release that is named. */
const fakeHelm = `#!/bin/sh
{ printf '%s' helm; for a in "$@"; do printf '\\037%s' "$a"; done; printf '\\036'; } >> "$RECORD"
case " $* " in *" $FAIL_FOR "*) exit 7 ;; esac
`;
const fakeKubectl = `#!/bin/sh
case "$*" in *jsonpath*) printf '%s' "$UID_OF_CLUSTER" ;; *) echo "kubectl $*" ;; esac
`;

interface Outcome {
  readonly code: number;
  readonly commands: readonly (readonly string[])[];
  readonly said: string;
}

interface Circumstances {
  readonly files?: readonly string[];
  readonly failFor?: string;
  readonly clusterUid?: string;
}

async function runScript(shown: Plan, { files, failFor, clusterUid }: Circumstances = {}): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'liftlock-runbook-'));
  folders.push(folder);
  const binaries = join(folder, 'bin');
  const record = join(folder, 'record');
  await mkdir(binaries);
  await writeFile(record, '');
  const programs =
    clusterUid === undefined
      ? [['helm', fakeHelm]]
      : [
          ['helm', fakeHelm],
          ['kubectl', fakeKubectl],
        ];
  for (const [name, text] of programs) {
    await writeFile(join(binaries, name ?? ''), text ?? '');
    await chmod(join(binaries, name ?? ''), 0o755);
  }
  for (const file of files ??
    shown.steps.flatMap((step) => (step.kind === 'helm-upgrade' ? step.values.map(({ path }) => path) : []))) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), '');
  }
  const script = join(folder, 'upgrade.sh');
  await writeFile(script, renderRunbookScript(shown));
  const environment = {
    PATH: binaries,
    RECORD: record,
    FAIL_FOR: failFor ?? 'nothing',
    UID_OF_CLUSTER: clusterUid ?? '',
  };
  const [code, said] = await new Promise<[number, string]>((resolve) => {
    execFile('/bin/sh', [script], { cwd: folder, env: environment }, (error, stdout, stderr) => {
      resolve([error === null ? 0 : Number(error.code), stdout + stderr]);
    });
  });
  const written = await readFile(record, 'utf8');
  return {
    code,
    said,
    commands: written
      .split('\u001E')
      .slice(0, -1)
      .map((line) => line.split('\u001F')),
  };
}

function upgrades(shown: Plan): readonly HelmUpgradeStep[] {
  return shown.steps.filter((step) => step.kind === 'helm-upgrade');
}

/** The fixture's plan with the steps that the shipped definition gives. */
async function shippedPlan(cloud: string, version: string): Promise<Plan> {
  const { platform } = await loadPlatform('codemie');
  const steps = platform.components.map((component) =>
    helmUpgradeStep({
      component,
      namespace: platform.namespace,
      chart: {
        reference: chartReference(component.chart),
        source: chartReference(component.chart),
        name: chartReference(component.chart).split('/').at(-1) ?? '',
        version,
        digest: 'sha256:00',
      },
      isInstall: false,
      values: (component.values.files ?? []).map((file) => ({ path: expand(file, { cloud }), digest: 'sha256:00' })),
      keep: [],
      timeoutSeconds: durationSeconds(component.timeout),
      guideTimeoutSeconds: durationSeconds(component.timeout),
      major: 3,
      force: false,
      notes: [],
      from: { revision: 1, version: '2.2.4' },
    }),
  );
  return { ...plan, steps };
}

/** What the vendor's guide says, typed by hand. */
function guide(cloud: string, version: string): readonly string[] {
  const charts = 'oci://europe-west3-docker.pkg.dev/or2-msq-epmd-edp-anthos-t1iylu/helm-charts';
  const rest = (values: string, timeout: string) =>
    `--version ${version} --namespace codemie -f ./${values} --wait --timeout ${timeout}`;
  return [
    `helm upgrade --install codemie-mcp-connect-service ${charts}/codemie-mcp-connect-service ${rest('codemie-mcp-connect-service/values.yaml', '600s')}`,
    `helm upgrade --install mermaid-server ${charts}/mermaid-server ${rest('mermaid-server/values.yaml', '600s')}`,
    `helm upgrade --install codemie-nats-auth-callout ${charts}/codemie-nats-auth-callout ${rest(`codemie-nats-auth-callout/values-${cloud}.yaml`, '600s')}`,
    `helm upgrade --install codemie-ui ${charts}/codemie-ui ${rest(`codemie-ui/values-${cloud}.yaml`, '180s')}`,
    `helm upgrade --install codemie-api ${charts}/codemie ${rest(`codemie-api/values-${cloud}.yaml`, '600s')}`,
  ];
}

describe('a runbook as a script', () => {
  it('is a script that shells can read', async () => {
    const text = renderRunbookScript(plan);
    await expect(text).toMatchFileSnapshot('./snapshots/runbook.sh.txt');
    execFileSync('bash', ['-n'], { input: text });
    execFileSync('sh', ['-n'], { input: text });
  });

  it.each(['aws', 'azure', 'gcp'])(
    "C16 C17 C18 C19 C20 C21 C22 C23: types the guide's five commands in the guide's order, argument by argument (%s)",
    async (cloud) => {
      const { code, commands } = await runScript(await shippedPlan(cloud, '2.2.5'));
      expect(code).toBe(0);
      expect(commands.map((command) => command.join(' '))).toEqual(guide(cloud, '2.2.5'));
    },
  );

  it('runs what each step says the guide says, and no other helm command', async () => {
    const { commands } = await runScript(plan);
    expect(commands).toEqual(upgrades(plan).map((step) => step.guideCommand));
  });

  it('keeps arguments whole whatever is in them', async () => {
    const odd = [
      'helm',
      'upgrade',
      '--install',
      "o'brien",
      'oci://r.example.com/a b',
      '--description',
      '$(id) "x" `y` \\',
      '--wait',
      '--timeout',
      '5s',
    ];
    const steps = upgrades(plan)
      .slice(0, 1)
      .map((step) => ({ ...step, title: "It's $(id)", guideCommand: odd }));
    const { code, commands } = await runScript({ ...plan, steps });
    expect(code).toBe(0);
    expect(commands).toEqual([odd]);
  });

  it('begins nothing after a step that failed, and says how to go back', async () => {
    const { code, commands, said } = await runScript(plan, { failFor: 'codemie-nats-auth-callout' });
    expect(code).toBe(7);
    expect(commands).toHaveLength(3);
    expect(said).toContain('Stopped in step nats-auth-callout/upgrade.');
    expect(said).toContain('helm rollback codemie-nats-auth-callout 3 --namespace codemie');
  });

  it('offers no way back for what migrates data', async () => {
    const { said } = await runScript(plan, { failFor: 'codemie-api' });
    expect(said).toContain('Do not roll codemie-api back once its container has started');
    expect(said).not.toContain('helm rollback codemie-api');
  });

  it('changes nothing where a values file is missing', async () => {
    const { code, commands, said } = await runScript(plan, { files: ['mermaid-server/values.yaml'] });
    expect(code).toBe(1);
    expect(commands).toEqual([]);
    expect(said).toContain('values.yaml is missing. Nothing was changed.');
  });

  it('O20: changes nothing in another cluster', async () => {
    const wrong = await runScript(plan, { clusterUid: 'another' });
    expect(wrong.code).toBe(1);
    expect(wrong.commands).toEqual([]);
    const right = await runScript(plan, { clusterUid: plan.cluster.uid });
    expect(right.code).toBe(0);
    expect(right.commands).toHaveLength(5);
  });

  it("pulls from the site's mirror, and says so", async () => {
    const source = 'oci://mirror.example.org/vendor/codemie-ui';
    const steps = upgrades(plan).map((step) =>
      step.component === 'ui' ? { ...step, chart: { ...step.chart, source } } : step,
    );
    const { commands } = await runScript({ ...plan, steps });
    expect(commands[3]).toContain(source);
    expect(renderRunbookScript({ ...plan, steps })).toContain(
      "# The chart comes from this site's mirror; the guide names oci://registry.example.com/helm-charts/codemie-ui.",
    );
  });

  it('stops for a person behind a command with which helm does not wait', async () => {
    const [first, ...others] = upgrades(plan);
    if (first === undefined) throw new Error('the fixture has no upgrade');
    const guideCommand = ['helm', 'upgrade', first.release, 'vendor/chart', '-n', first.namespace];
    const script = renderRunbookScript({ ...plan, steps: [{ ...first, guideCommand }, ...others] });
    expect(script).toContain('# helm does not wait here');
    expect(script).toContain(
      `helm did not wait. Look until every pod of ${first.release} in ${first.namespace} is ready`,
    );
    expect(script.match(/^read -r _$/gm)).toHaveLength(1);
    expect(renderRunbookScript(plan)).not.toMatch(/did not wait|waits up to helm/);
  });

  it('O21: will not start without the values that someone decided to keep', async () => {
    const steps = upgrades(plan).map((step) =>
      step.component === 'ui' ? { ...step, keep: ['resources.limits.memory'] } : step,
    );
    const files = upgrades(plan).flatMap((step) => step.values.map(({ path }) => path));
    expect((await runScript({ ...plan, steps }, { files })).commands).toEqual([]);
    const { commands } = await runScript({ ...plan, steps }, { files: [...files, 'kept-values-ui.yaml'] });
    expect(commands[3]).toContain('./kept-values-ui.yaml');
  });
});
