import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { parse, stringify } from 'yaml';
import { isJsonObject, type Json } from '../../model/json.ts';
import type { HelmRepositories, RegistryLogin } from '../../model/ports.ts';
import { exitCodes, Problem } from '../../model/problem.ts';
import { withoutUserinfo, type Redactor } from '../../model/redaction.ts';
import type { HelmRepository } from '../../model/snapshot.ts';
import type { Environment } from './private-home.ts';

const timeoutMs = 120_000;
const outputLimit = 4 * 1024 * 1024;

export interface HelmRepositoriesOptions {
  readonly helm: { readonly path: string };
  /** The operator's own: helm reads and writes the list of repositories that it names, or that is its default. */
  readonly env: Environment;
  readonly caFile?: string | undefined;
  readonly redactor: Redactor;
  readonly loginFor: (host: string) => Promise<RegistryLogin | undefined>;
}

/**
 * The list of repositories of the operator's own helm, read and written by that helm: only it knows for sure where the list
 * lies. It is given no login: it would write that into the list, in the clear and for good.
 */
export function makeHelmRepositories(options: HelmRepositoriesOptions): HelmRepositories {
  const { redactor } = options;
  const run = (...args: readonly string[]) =>
    execa(options.helm.path, args, {
      env: Object.fromEntries(
        Object.entries(options.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
      ),
      extendEnv: false,
      input: '',
      reject: false,
      timeout: timeoutMs,
      maxBuffer: outputLimit,
    });
  return {
    async list() {
      const { failed, stdout, stderr } = await run('repo', 'list', '-o', 'json');
      // Some helms fail where there is none, others print an empty list.
      if (failed && /no repositories/i.test(stderr)) return [];
      const list = failed ? undefined : parseList(stdout);
      for (const { url } of list ?? []) redactor.learnAddress(url);
      if (list !== undefined) return list.map(({ name, url }) => ({ name, url: withoutUserinfo(url) }));
      throw new Problem('REPOS_UNREADABLE', `helm repo list failed: ${redactor.text(lastLine(stderr))}`, {
        advice: ['Try it: helm repo list', 'helm env shows where the list lies: HELM_REPOSITORY_CONFIG.'],
        exitCode: exitCodes.blocked,
      });
    },
    needsLogin: async (url) => (await options.loginFor(new URL(url).host)) !== undefined,
    async entry(name) {
      const { stdout } = await run('env');
      const file = /^HELM_REPOSITORY_CONFIG="(.*)"$/m.exec(stdout)?.[1];
      return file === undefined ? undefined : entryOf(await readFile(file, 'utf8').catch(() => ''), name);
    },
    async add({ name, url }, { replaces }) {
      const address = withoutUserinfo(url);
      const flags = [
        ...(replaces ? ['--force-update'] : []),
        ...(options.caFile === undefined ? [] : ['--ca-file', options.caFile]),
      ];
      const { failed, stderr, shortMessage } = await run('repo', 'add', name, address, ...flags);
      if (failed)
        throw notAdded(['helm', 'repo', 'add', name, address, ...flags], redactor.text(stderr || (shortMessage ?? '')));
    },
  };
}

function notAdded(command: readonly string[], said: string): Problem {
  const wantsLogin = /\b(401|403)\b|unauthorized|forbidden/i.test(said);
  const [, , , name = '', address = ''] = command;
  const options = { touched: 'no', exitCode: exitCodes.blocked } as const;
  if (!wantsLogin) {
    return new Problem('REPO_NOT_ADDED', `helm could not add the repository ${name}: ${lastLine(said)}`, {
      ...options,
      advice: [`Try it: ${command.join(' ')}`, 'When it is there: liftlock resume'],
    });
  }
  return new Problem('REPO_WANTS_LOGIN', `The repository ${name} (${address}) wants a login: ${lastLine(said)}`, {
    ...options,
    advice: [
      `Add it yourself: ${command.join(' ')} --username USER --password-stdin`,
      'helm keeps that password in its list of repositories, in the clear: liftlock gives it none.',
      'When it is there: liftlock resume',
    ],
  });
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

/** The entry of one repository in helm's own file; undefined where there is none. */
function entryOf(text: string, name: string): string | undefined {
  const content: unknown = parse(text);
  const entries = isJsonObject(content) ? content['repositories'] : undefined;
  if (!Array.isArray(entries)) return undefined;
  const found = (entries as readonly Json[]).find((entry) => isJsonObject(entry) && entry['name'] === name);
  return found === undefined ? undefined : stringify({ repositories: [found] });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 500) ?? '';
}
