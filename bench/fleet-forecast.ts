import { openFleet, fleetSize, type Fleet } from './fleet.ts';
import { measured, ratio, type Finding, type Measured } from './measure.ts';
import type { Stand } from './stand.ts';

/** Seconds of each way to ask, run by run. */
interface Samples {
  readonly first: number[];
  readonly second: number[];
  readonly loop: number[];
  readonly helmfile: number[];
  readonly unvalidated: number[];
  readonly bare: number[];
}

/** A plan over many releases, of which one or none changes, against helmfile and against a shell loop. */
export async function fleetForecast(stand: Stand, runs: number, report: (line: string) => void): Promise<Finding> {
  const rows: Measured[] = [];
  const notes = [
    `${fleetSize} releases of eight objects each; every chart has a new version. liftlock pulls the charts from a registry, the rivals have them as files.`,
    'The second plan is made with the same home as the first: charts are cached, and nothing has changed since.',
    'A helm that does nothing, and the same dry runs without helm’s own OpenAPI validation, are the floor of whatever runs one helm a release.',
  ];
  for (const changed of [1, 0]) {
    const fleet = await openFleet(stand.sandbox, stand.folder, changed);
    try {
      const name = changed === 1 ? 'one of them changes' : 'none of them changes';
      rows.push(...rowsOf(name, await sample(fleet, runs, (line) => report(`fleet, ${name}: ${line}`))));
      if (fleet.helmfileDiff === undefined && changed === 1)
        notes.push('helmfile was not measured: neither it nor its plug-in helm-diff was found (LIFTLOCK_BENCH_TOOLS).');
    } finally {
      await fleet.remove();
    }
  }
  return { rows, notes };
}

async function sample(fleet: Fleet, runs: number, report: (line: string) => void): Promise<Samples> {
  const samples: Samples = { first: [], second: [], loop: [], helmfile: [], unvalidated: [], bare: [] };
  const take = async (key: keyof Samples, ended: Promise<{ readonly seconds: number }>) => {
    samples[key].push((await ended).seconds);
  };
  for (let index = 1; index <= runs; index += 1) {
    const home = await fleet.newHome();
    await take('first', fleet.liftlock(home));
    await take('second', fleet.liftlock(home));
    await take('loop', fleet.dryRuns());
    if (fleet.helmfileDiff !== undefined) await take('helmfile', fleet.helmfileDiff());
    await take('unvalidated', fleet.dryRuns('--disable-openapi-validation'));
    await take('bare', fleet.bareHelm());
    const last = Object.entries(samples).map(([key, list]) => `${key} ${list.at(-1)?.toFixed(1) ?? '-'} s`);
    report(`${index}/${runs}: ${last.join(', ')}`);
  }
  return samples;
}

function rowsOf(name: string, { first, second, loop, helmfile, unvalidated, bare }: Samples): readonly Measured[] {
  const against =
    helmfile.length === 0
      ? []
      : [
          measured(`${name}: helmfile diff`, 's', helmfile),
          ratio(`${name}: the first plan against helmfile diff`, first, helmfile, 0.2),
          ratio(`${name}: the second plan against helmfile diff`, second, helmfile, 0.05),
        ];
  return [
    measured(`${name}: liftlock plan, the first`, 's', first),
    measured(`${name}: liftlock plan, the second`, 's', second),
    measured(`${name}: a shell loop of helm upgrade --dry-run=server, two at a time`, 's', loop),
    ratio(`${name}: the first plan against the shell loop`, first, loop, 1),
    ...against,
    measured(`${name}: the same loop without helm’s OpenAPI validation`, 's', unvalidated),
    measured(`${name}: as many helm processes that do nothing, two at a time`, 's', bare),
  ];
}
