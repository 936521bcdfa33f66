import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readYaml } from '../packages/liftlock/src/definition/yaml-text.ts';

const folder = new URL('../.github/workflows/', import.meta.url);

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly permissions?: Readonly<Record<string, string>>;
        readonly 'timeout-minutes'?: number;
        readonly steps: readonly Step[];
      }
    >
  >;
}

const workflows = readdirSync(folder).map((name) => {
  const text = readFileSync(new URL(name, folder), 'utf8');
  return { name, text, workflow: readYaml(text, name).data as Workflow };
});
const stepsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(({ steps }) => steps);
const named = (name: string) => workflows.find((item) => item.name === name)?.workflow ?? expect.fail(`no ${name}`);

describe.each(workflows)('$name', ({ text, workflow }) => {
  test('X03: packages are installed from the lock file, and none runs a script of its own', () => {
    for (const { run = '' } of stepsOf(workflow)) {
      expect(run).not.toMatch(/\bnpm (i|install|update|add|exec)\b|\bnpx\b|\byarn\b|\bpnpm\b|curl|wget/);
      const installs = run.split('\n').filter((item) => /\bnpm (ci|publish)\b/.test(item));
      for (const line of installs) expect(line).toContain('--ignore-scripts');
    }
  });

  test('X03: jobs may read, and only what publishes may say who it is', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    for (const job of Object.values(workflow.jobs)) {
      expect(job['timeout-minutes']).toBeGreaterThan(0);
      const { contents = 'read', ...others } = job.permissions ?? {};
      expect(contents).toBe('read');
      const publishes = job.steps.some(({ run = '' }) => run.includes('npm publish'));
      expect(others).toEqual(publishes ? { 'id-token': 'write' } : {});
    }
    // It would run what strangers send with the repository's own rights.
    expect(Object.keys(workflow.on)).not.toContain('pull_request_target');
    expect(text).not.toContain('secrets.');
  });

  test('X03: actions are pinned by commit, and leave no token in the checkout', () => {
    const used = stepsOf(workflow).filter(({ uses }) => uses !== undefined);
    expect(used.length).toBeGreaterThan(0);
    for (const { uses = '', with: given = {} } of used) {
      expect(uses).toMatch(/^actions\/[a-z-]+@[0-9a-f]{40}$/);
      expect(text).toMatch(new RegExp(`${uses} # v\\d+\\.\\d+\\.\\d+`));
      if (uses.startsWith('actions/checkout@')) expect(given['persist-credentials']).toBe(false);
    }
    // What somebody else may write, such as a title, never becomes a part of a command.
    for (const { run = '' } of stepsOf(workflow)) expect(run).not.toContain('${{');
  });
});

test('X03: what is known of weak packages is asked for every week, and signatures are verified', () => {
  const audit = named('audit.yml');
  const commands = stepsOf(audit).map(({ run = '' }) => run);
  expect(audit.on).toHaveProperty('schedule');
  expect(commands).toContain('npm audit signatures');
  expect(commands).toContain('npm audit --omit=dev');
});

test('X03: the package is published with provenance, after everything has passed', () => {
  const commands = stepsOf(named('publish.yml')).map(({ run = '' }) => run);
  const publishing = commands.findIndex((run) => run.startsWith('npm publish '));
  expect(commands[publishing]).toContain('--provenance');
  expect(commands[publishing]).toContain('./dist/package');
  expect(commands[publishing - 1]).toContain('scripts/package.ts dist/package');
  expect(commands.indexOf('bash .ci/run')).toBeGreaterThanOrEqual(0);
  expect(commands.indexOf('bash .ci/run')).toBeLessThan(publishing);
});

test('X03: the set-up of a fresh clone installs both lock files without scripts', () => {
  const setup = readFileSync(new URL('setup.mjs', import.meta.url), 'utf8');
  expect(setup).toContain("npmCommand(['ci', '--ignore-scripts'");
  expect(setup).not.toMatch(/npmCommand\(\['(?!ci')/);
});
