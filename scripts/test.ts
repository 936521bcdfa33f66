// Runs the tests; words that do not begin with a dash narrow them to files. The last line is always
// `N passed, N failed, N skipped`, and the exit code agrees with it.
import { parseCLI, startVitest, type TestModule, type Vitest } from 'vitest/node';
import { type Counts, countTests, formatCounts, isGreen } from './test-counts.ts';

const { filter, options } = parseCLI(['vitest', 'run', ...process.argv.slice(2)]);
let counts: Counts | undefined;

const counter = {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    counts = countTests(modules, errors.length);
  },
};

const vitest = await start();
await vitest?.close();
const result = counts ?? { passed: 0, failed: 0, skipped: 0 };
if (result.passed + result.failed === 0) process.stderr.write('No test ran: that is a failure.\n');
// Vitest marks what it could not attach to a test, such as a set-up that failed, only in the exit code.
if (result.failed === 0 && (process.exitCode || result.passed === 0)) result.failed = 1;
process.stdout.write(`\n${formatCounts(result)}\n`);
process.exit(isGreen(result) ? 0 : 1);

async function start(): Promise<Vitest | undefined> {
  try {
    return await startVitest('test', filter, { ...options, watch: false, reporters: ['default', counter] });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 1;
    return undefined;
  }
}
