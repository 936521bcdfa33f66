import { readFileSync } from 'node:fs';
import { forecastStore } from '../adapters/files/forecast-store.ts';
import { programIdentity } from '../adapters/files/program-identity.ts';
import type { ForecastResult } from '../forecast/forecast.ts';
import { forecastKey, isStillSo, keepForecast, revisionNow, watchReads, type KeptForecast } from '../forecast/reuse.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import type { Plan } from '../model/plan.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { OpenSite } from './open-site.ts';

/** Forecasts of one planning, each an earlier one of this machine where that still holds. */
export interface Reusing {
  /** @param make makes the forecast anew, reading through the site that it is given */
  forecastOf(plan: Plan, make: (site: OpenSite) => Promise<ForecastResult>): Promise<ForecastResult>;
}

/**
 * Looks for an earlier forecast of a plan where everything that it rests on is as it was, and keeps a new one for the next
 * time. Only for plans that are shown: what is applied is always forecast anew.
 */
export async function openReusing(site: OpenSite, snapshot: Snapshot): Promise<Reusing> {
  const store = forecastStore(site.folder);
  const [program, server, { user }] = await Promise.all([
    programIdentity(ownVersion()),
    site.reader.version(),
    site.reader.whoAmI(),
  ]);
  const helm = `${site.helm.path} ${site.helm.version}`;
  // One watch for all rounds: a later one rests on what an earlier one has read too.
  const watched = watchReads(site.reader, site.gate);
  let before: string | undefined;
  return {
    forecastOf: async (plan, make) => {
      const key = forecastKey(plan, snapshot, { program, helm, server: `${server} ${user}` });
      const kept = (await store.read(key)) as KeptForecast | undefined;
      if (kept !== undefined && (await isStillSo(kept, site.reader, site.clock.now()))) {
        site.say(`${age(kept, site.clock.now())}; nothing that it rests on has changed. --fresh makes a new one.`);
        return kept.result;
      }
      before ??= await revisionNow(site.reader, snapshot.namespace);
      const result = await make({ ...site, reader: watched.reader, gate: watched.gate });
      const bared = { ...result, after: undefined, workloads: withoutSecrets(result.workloads) };
      const keep = await keepForecast(bared, plan, watched, before, site.reader);
      if (keep !== undefined) await store.write(key, site.redactor.json(keep));
      return result;
    },
  };
}

function age({ result }: KeptForecast, now: Date): string {
  const minutes = Math.round((now.getTime() - Date.parse(result.forecast.madeAt)) / 60_000);
  const ago =
    minutes < 1 ? 'less than a minute ago' : minutes < 120 ? `${minutes} min ago` : `${Math.round(minutes / 60)} h ago`;
  return `The forecast was made ${ago}`;
}

function ownVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

/** Room and storage are judged by what pods ask for; what they are told is nobody's business on a disk. */
function withoutSecrets(workloads: ForecastResult['workloads']): ForecastResult['workloads'] {
  return Object.fromEntries(
    Object.entries(workloads).map(([component, objects]) => [component, objects.map((object) => bare(object))]),
  );
}

const telling = new Set(['env', 'envFrom', 'command', 'args', 'annotations', 'managedFields', 'lifecycle']);

function bare(object: KubeObject): KubeObject {
  return without(object as unknown as Json) as unknown as KubeObject;
}

function without(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(without);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]): [string, Json][] =>
      telling.has(key) || item === undefined ? [] : [[key, without(item)]],
    ),
  );
}
