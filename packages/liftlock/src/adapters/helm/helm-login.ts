import { execa } from 'execa';
import { exitCodes, Problem } from '../../model/problem.ts';
import type { RegistryLogin } from '../../model/ports.ts';
import type { Environment } from './private-home.ts';

const loginTimeoutMs = 60_000;

export interface HelmLoginOptions {
  /** The operator's own: helm writes to the registry config that this names, or to its default. */
  readonly env: Environment;
  readonly caFile?: string | undefined;
  /** Only for a registry on loopback. */
  readonly plainHttp?: boolean | undefined;
}

/**
 * `helm registry login` for the operator's own helm. The password goes through stdin and through nothing else. Throws
 * LOGIN_REFUSED (exit 3) with what helm says.
 */
export async function helmLogin(
  helm: { readonly path: string },
  host: string,
  login: RegistryLogin,
  options: HelmLoginOptions,
): Promise<void> {
  const args = ['registry', 'login', '-u', login.username, '--password-stdin', host];
  if (options.caFile !== undefined) args.push('--ca-file', options.caFile);
  if (options.plainHttp === true) args.push('--plain-http');
  const result = await execa(helm.path, args, {
    env: definedOf(options.env),
    extendEnv: false,
    input: login.password,
    reject: false,
    timeout: loginTimeoutMs,
    maxBuffer: 1024 * 1024,
  });
  if (!result.failed) return;
  const said = lastLine(result.stderr || result.shortMessage || '').replaceAll(login.password, '********');
  throw new Problem('LOGIN_REFUSED', `helm could not log in to ${host} as ${login.username}: ${said}`, {
    advice: [
      'Check the credentials of the site: credentials.registry.',
      'Renew an expired key: liftlock credentials rotate',
    ],
    exitCode: exitCodes.blocked,
    details: { host, username: login.username },
  });
}

function definedOf(env: Environment): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 500) ?? '';
}
