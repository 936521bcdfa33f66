/** `npm run bench`: how fast liftlock is against what a person would type. `--only NAME` and `--runs N` narrow it. */
import { parseArgs } from 'node:util';
import { endCommands } from './commands.ts';
import { firstCause } from './first-cause.ts';
import { forecast } from './forecast.ts';
import { fleetForecast } from './fleet-forecast.ts';
import { helmSteps } from './helm-steps.ts';
import type { Finding } from './measure.ts';
import { circumstances, keepResults, renderResults, type Kept } from './results.ts';
import { openStand, type Stand } from './stand.ts';
import { startUp } from './start-up.ts';

type Report = (line: string) => void;
type Benchmark = (stand: () => Promise<Stand>, runs: number, report: Report) => Promise<Finding>;

const benchmarks = {
  'start-up': async (_stand, runs) => startUp(runs),
  forecast: async (stand, runs, report) => forecast(await stand(), runs, report),
  fleet: async (stand, runs, report) => fleetForecast(await stand(), runs, report),
  'helm-steps': async (stand, runs, report) => helmSteps(await stand(), runs, report),
  'first-cause': async (stand, runs, report) => firstCause(await stand(), runs, report),
} satisfies Record<string, Benchmark>;

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true }, runs: { type: 'string', default: '5' } },
});
const names = values.only ?? Object.keys(benchmarks);
const unknown = names.filter((name) => !Object.hasOwn(benchmarks, name));
const runs = Number(values.runs);

if (unknown.length > 0 || !Number.isInteger(runs) || runs < 1) {
  process.stderr.write(
    `usage: npm run bench -- [--only NAME]... [--runs N]\nnames: ${Object.keys(benchmarks).join(', ')}\n`,
  );
  process.exitCode = 2;
} else {
  await main();
}

async function main(): Promise<void> {
  const report: Report = (line) => void process.stderr.write(`${line}\n`);
  let stand: Promise<Stand> | undefined;
  const close = async () => {
    await endCommands();
    await (await stand?.catch(() => undefined))?.close();
  };
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => {
      report('Ending what was started.');
      void close().finally(() => process.exit(code));
    });
  }
  const fresh: Record<string, Kept> = {};
  try {
    for (const [name, benchmark] of Object.entries<Benchmark>(benchmarks).filter(([key]) => names.includes(key))) {
      const around = circumstances();
      fresh[name] = { ...around, ...(await benchmark(() => (stand ??= openStand(report)), runs, report)) };
      await keepResults({ [name]: fresh[name] });
    }
  } catch (error) {
    report(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  } finally {
    await close();
  }
  if (Object.keys(fresh).length === 0) return;
  process.stdout.write(renderResults(fresh));
  if (runs < 5) report(`Only ${runs} runs: five are the least for a median worth quoting.`);
}
