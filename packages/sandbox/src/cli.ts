/** The sandbox from the command line: `node cli.ts up|down|status|build [--name NAME]`. */
import { parseArgs } from 'node:util';
import { build } from './build.ts';
import type { RegistryAuth } from './options.ts';
import { SandboxError } from './sandbox-error.ts';
import { down, list, up } from './up.ts';

const usage = `usage: sandbox up     [--name NAME] [--auth none|basic|token] [--tls] [--nodes COUNT]
       sandbox down   --name NAME
       sandbox status [--name NAME]
       sandbox build
`;

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

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options: flags, allowPositionals: true });
  const [command] = positionals;
  if (command === 'up') {
    const registry = { auth: authOf(values.auth), tls: values.tls ?? false };
    const nodes = values.nodes === undefined ? {} : { count: Number(values.nodes) };
    const sandbox = await up({ name: values.name ?? 'sandbox', owner: 'none', registry, nodes, report: say });
    say(`sandbox ${sandbox.name} is up; registry ${sandbox.registry.url}`);
    process.stdout.write(`export KUBECONFIG=${sandbox.kubeconfig}\n`);
    sandbox.api.close();
    return 0;
  }
  if (command === 'down' && values.name !== undefined) {
    const was = await down(values.name);
    say(was ? `sandbox ${values.name} is down` : `no sandbox named ${values.name} was up`);
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

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const isExpected = error instanceof SandboxError;
  say(isExpected ? `${error.message}\n${error.advice.map((line) => `  ${line}`).join('\n')}` : String(error));
  process.exitCode = isExpected ? 2 : 1;
}
