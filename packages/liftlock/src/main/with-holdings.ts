import type { Decision } from '../model/finding.ts';
import { jsonAt, type Json } from '../model/json.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { isReinstalled } from '../plan/reinstall.ts';
import { readHoldings } from '../snapshot/read-holdings.ts';
import { mergeValues, splitPath } from '../values/compare.ts';
import type { OpenSite } from './open-site.ts';

/** A snapshot with what the releases hold that somebody wants to uninstall and install again. */
export async function withHoldings(
  site: Pick<OpenSite, 'platform' | 'reader' | 'redactor'>,
  snapshot: Snapshot,
  decisions: readonly Decision[],
): Promise<Snapshot> {
  const components = await Promise.all(
    snapshot.components.map(async (read) => {
      if (read.release === undefined || !isReinstalled(read.name, decisions)) return read;
      const component = site.platform.components.find((item) => item.name === read.name);
      const values = mergeValues(read.release.chartValues ?? {}, read.release.values);
      const hosts = (component?.hosts ?? []).map((path) => hostOf(jsonAt(values, splitPath(path))));
      const { reader, redactor } = site;
      return {
        ...read,
        holdings: await readHoldings(read.release, { reader, redactor, hosts: hosts.filter((host) => host !== '') }),
      };
    }),
  );
  return { ...snapshot, components };
}

/** A value may be a host name or an address of the web with one in it. */
function hostOf(value: Json | undefined): string {
  if (typeof value !== 'string') return '';
  return value.includes('://') ? (URL.parse(value)?.hostname ?? '') : value;
}
