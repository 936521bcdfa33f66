import { helmLogin } from '../adapters/helm/helm-login.ts';
import { Problem } from '../model/problem.ts';
import { loginHost } from '../plan/make-rotation.ts';
import { describeSite, openRegistry, type OpenParts, type SiteFlags } from './open-site.ts';
import { findHelm } from '../adapters/helm/helm-runner.ts';

/** Logs the operator's own helm in to the platform's registry; the password goes over standard input alone. */
export async function logIn(
  flags: SiteFlags,
  parts: OpenParts,
): Promise<{ readonly host: string; readonly username: string }> {
  const described = await describeSite(flags, parts.environment);
  const { registry: wanted } = described.platform;
  if (wanted === undefined)
    throw new Problem('NO_REGISTRY', `${described.platform.metadata.title} has no registry to log in to.`);
  const { credentials } = openRegistry(described, parts);
  const helm = await findHelm({ flag: flags.helm, env: parts.environment });
  const host = loginHost(wanted.host, described.site);
  const login = await credentials.loginFor(host);
  if (login === undefined) {
    throw new Problem('NO_CREDENTIALS', `The site has no credentials for ${host}.`, {
      advice: ['Give --key-file key.json, or credentials.registry in the site file.'],
    });
  }
  const { plainHttp, caFile } = described.site.credentials.registry ?? {};
  await helmLogin(helm, host, login, { plainHttp: plainHttp ?? false, caFile, env: parts.environment });
  return { host, username: login.username };
}
