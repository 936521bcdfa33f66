import { execa } from 'execa';
import { isJsonObject, type Json } from '../../model/json.ts';
import type { HelmRepositories, RegistryLogin } from '../../model/ports.ts';
import { exitCodes, Problem } from '../../model/problem.ts';
import type { HelmRepository } from '../../model/snapshot.ts';
import type { Environment } from './private-home.ts';

const timeoutMs = 120_000;
const outputLimit = 4 * 1024 * 1024;

export interface HelmRepositoriesOptions {
  readonly helm: { readonly path: string };
  /** The operator's own: helm reads and writes the list of repositories that it names, or that is its default. */
  readonly env: Environment;
  readonly caFile?: string | undefined;
  readonly loginFor: (host: string) => Promise<RegistryLogin | undefined>;
}

/**
 * The list of repositories of the operator's own helm, read and written by that helm: only it knows for sure where the list
 * lies. A password goes through stdin and through nothing else.
 */
export function makeHelmRepositories(options: HelmRepositoriesOptions): HelmRepositories {
  const run = (args: readonly string[], input: string) =>
    execa(options.helm.path, ['repo', ...args], {
      env: Object.fromEntries(
        Object.entries(options.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
      ),
      extendEnv: false,
      input,
      reject: false,
      timeout: timeoutMs,
      maxBuffer: outputLimit,
    });
  return {
    async list() {
      const { failed, stdout, stderr } = await run(['list', '-o', 'json'], '');
      // Some helms fail where there is none, others print an empty list.
      if (failed && /no repositories/i.test(stderr)) return [];
      const list = failed ? undefined : parseList(stdout);
      if (list !== undefined) return list;
      throw new Problem('REPOS_UNREADABLE', `helm repo list failed: ${lastLine(stderr)}`, {
        advice: ['Try it: helm repo list', 'helm env shows where the list lies: HELM_REPOSITORY_CONFIG.'],
        exitCode: exitCodes.blocked,
      });
    },
    async add({ name, url }, { replaces }) {
      const login = await options.loginFor(new URL(url).host);
      const args = ['add', name, url];
      if (replaces) args.push('--force-update');
      if (options.caFile !== undefined) args.push('--ca-file', options.caFile);
      if (login !== undefined) args.push('--username', login.username, '--password-stdin');
      const { failed, stderr, shortMessage } = await run(args, login?.password ?? '');
      if (!failed) return;
      const said = lastLine(stderr || shortMessage || '');
      throw new Problem(
        'REPO_NOT_ADDED',
        `helm could not add the repository ${name}: ${login === undefined ? said : said.replaceAll(login.password, '********')}`,
        {
          touched: 'no',
          advice: [`Try it: helm repo add ${name} ${url}`, 'When it is there: liftlock resume'],
          exitCode: exitCodes.blocked,
        },
      );
    },
  };
}

/** `[{"name":"coder","url":"https://helm.coder.com"}]`; undefined for anything else. */
export function parseList(text: string): readonly HelmRepository[] | undefined {
  let list: Json;
  try {
    list = JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
  if (!Array.isArray(list)) return undefined;
  return (list as readonly Json[]).flatMap((item) => {
    if (!isJsonObject(item) || typeof item['name'] !== 'string' || typeof item['url'] !== 'string') return [];
    return [{ name: item['name'], url: item['url'] }];
  });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 500) ?? '';
}
