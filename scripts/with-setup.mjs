// node scripts/with-setup.mjs [--sandbox] SCRIPT ARGS…: sets the checkout up, then runs SCRIPT under Node 24 as if it
// had been called directly: same arguments, terminal, signals and exit code.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { passSignals } from './pass-signals.mjs';
import { explainSetupFailure, setUp } from './setup.mjs';

const words = process.argv.slice(2);
const sandbox = words[0] === '--sandbox';
if (sandbox) words.shift();

if (words.length === 0) {
  process.stderr.write('usage: node scripts/with-setup.mjs [--sandbox] SCRIPT ARGS…\n');
  process.exitCode = 2;
} else {
  try {
    const { node, environment } = await setUp({ sandbox });
    runScript(node, environment);
  } catch (error) {
    process.exitCode = explainSetupFailure(error);
  }
}

function runScript(node, environment) {
  const child = spawn(node, words, { stdio: 'inherit', env: environment });
  passSignals(child);
  child.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  });
  child.on('exit', (code, signal) => {
    process.exit(code ?? 128 + (constants.signals[signal ?? 'SIGTERM'] ?? 0));
  });
}
