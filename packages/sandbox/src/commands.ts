/** The sandbox's commands: up, down, status, build. */
import { parseArgs } from 'node:util';
import { build } from './build.ts';
import type { RegistryAuth } from './options.ts';
import { SandboxError } from './sandbox-error.ts';
import { down, list, up } from './up.ts';

const usage = `usage: sandbox up     [--name NAME] [--auth none|basic|token] [--tls] [--nodes COUNT]
       sandbox down   [--name NAME]
       sandbox status [--name NAME]
       sandbox build
`;

/** For people who keep one. */
const defaultName = 'sandbox';

const flags = {
  name: { type: 'string' },
  auth: { type: 'string' },
  tls: { type: 'boolean' },
  nodes: { type: 'string' },
} as const;

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function authOf(text: string | undefined): RegistryAuth {
  if (text === undefined || text === 'none') return 'none';
  if (text === 'basic' || text === 'token') return text;
  throw new SandboxError('SANDBOX_BAD_USAGE', `--auth is none, basic or token, not "${text}"`);
}

async function runCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options: flags, allowPositionals: true });
  const [command] = positionals;
  if (command === 'up') {
    const registry = { auth: authOf(values.auth), tls: values.tls ?? false };
    const nodes = values.nodes === undefined ? {} : { count: Number(values.nodes) };
    const sandbox = await up({ name: values.name ?? defaultName, owner: 'none', registry, nodes, report: say });
    say(`sandbox ${sandbox.name} is up; registry ${sandbox.registry.url}`);
    process.stdout.write(`export KUBECONFIG=${sandbox.kubeconfig}\n`);
    sandbox.api.close();
    return 0;
  }
  if (command === 'down') {
    const name = values.name ?? defaultName;
    say((await down(name)) ? `sandbox ${name} is down` : `no sandbox named ${name} was up`);
    return 0;
  }
  if (command === 'status') {
    const shown = list().filter(({ name }) => values.name === undefined || values.name === name);
    process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
    return values.name !== undefined && shown.length === 0 ? 3 : 0;
  }
  if (command === 'build') {
    const { folder } = await build();
    process.stdout.write(`${folder}\n`);
    return 0;
  }
  process.stderr.write(usage);
  return 2;
}

/** Runs one command, says what went wrong, and returns the exit code: 0 done, 1 a bug, 2 bad usage, 3 not there. */
export async function sandboxMain(args: readonly string[]): Promise<number> {
  try {
    return await runCommand(args);
  } catch (error) {
    const isUsage = error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
    const isExpected = error instanceof SandboxError;
    say(isExpected ? `${error.message}\n${error.advice.map((line) => `  ${line}`).join('\n')}` : String(error));
    if (isUsage) process.stderr.write(usage);
    return isExpected || isUsage ? 2 : 1;
  }
}
