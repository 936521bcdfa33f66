import { makeHttpClient } from '../../adapters/http/http-client.ts';
import type { Look } from '../../model/doctor.ts';
import type { Described } from '../open-site.ts';
import { fine } from './look.ts';

/** Milliseconds for one answer. */
const timeoutMs = 8000;

/** Whether the registries and chart repositories of the platform, or their mirrors, answer from this machine (O25: from here, not from the nodes). */
export async function lookAtRegistries(
  { platform, site }: Described,
  environment: NodeJS.ProcessEnv,
): Promise<readonly Look[]> {
  if (site.charts !== undefined)
    return [fine('registries', 'charts', `charts come from the folder ${site.charts} alone`)];
  const { caFile, plainHttp } = site.credentials.registry ?? {};
  const client = makeHttpClient({ env: environment, caFile });
  const scheme = plainHttp === true ? 'http' : 'https';
  try {
    return await Promise.all(
      hostsOf({ platform, site }).map(async (host): Promise<Look> => {
        try {
          const answer = await client.request({ url: `${scheme}://${host}/v2/`, timeoutMs });
          answer.body.destroy();
          return fine('registries', 'registry', `${host} answers from here (${answer.status})`);
        } catch (error) {
          return {
            theme: 'registries',
            what: 'registry',
            state: 'blocker',
            message: `${host} does not answer from here: ${error instanceof Error ? error.message : String(error)}`,
            advice: [
              'Look at the proxy, the name server and --ca-file.',
              'Whether the nodes reach it is another question.',
            ],
          };
        }
      }),
    );
  } finally {
    client.close();
  }
}

/** Hosts that charts come from, mirrors in place of what they stand for. */
function hostsOf({ platform, site }: Pick<Described, 'platform' | 'site'>): readonly string[] {
  const repos = platform.components.flatMap(({ chart }) => (chart.repo === undefined ? [] : [chart.repo]));
  const mirrored = repos.map((repo) => site.mirrors.find(({ from }) => repo.includes(from))?.to ?? repo);
  const hosts = mirrored.map((address) => /^(?:\w+:\/\/)?([^/]+)/.exec(address)?.[1] ?? '');
  return [...new Set([...hosts, ...(platform.registry === undefined ? [] : [platform.registry.host])])].filter(
    (host) => host !== '',
  );
}
