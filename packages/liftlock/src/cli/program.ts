import { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { addApply } from './apply.ts';
import { addBundle } from './bundle.ts';
import { addCredentials } from './credentials.ts';
import { addDiagnose } from './diagnose.ts';
import { addDoctor } from './doctor.ts';
import { addExplain } from './explain.ts';
import { helpText } from './help-text.ts';
import { addHistory } from './history.ts';
import { addLogin } from './login.ts';
import { addPlan } from './plan.ts';
import { addPlatform } from './platform.ts';
import { addReport } from './report.ts';
import { addRestore } from './restore.ts';
import { addResume } from './resume.ts';
import { addRollback } from './rollback.ts';
import { addRunbook } from './runbook.ts';
import { addSandbox } from './sandbox.ts';
import { addStatus } from './status.ts';
import { addSupportBundle } from './support-bundle.ts';
import { addValues } from './values.ts';
import { addVerify } from './verify.ts';
import { addVersions } from './versions.ts';

function ownVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

/** The whole command line. Commands load what they need when they run: `--version` must cost nothing. */
export function makeProgram(): Command {
  const program = new Command('liftlock')
    .description(
      'Upgrades self-hosted platforms that vendors deliver as Helm charts: foresees, carries out, explains, resumes.',
    )
    .version(ownVersion(), '-V, --version', 'print the version of liftlock')
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .exitOverride()
    // What a command takes stands in its own help: names alone leave room for what it is for.
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .addHelpText(
      'after',
      helpText(
        [],
        [
          ['liftlock plan codemie --cloud aws --version 2.2.5', 'what would happen; nothing is written'],
          ['liftlock apply codemie --cloud aws --version 2.2.5', 'the same, then asks, then does it'],
          ['liftlock resume', 'go on after a failure, a lost connection, a dead machine'],
        ],
      ),
    );
  for (const add of [
    addPlan,
    addApply,
    addStatus,
    addVersions,
    addValues,
    addVerify,
    addDiagnose,
    addDoctor,
    addExplain,
    addResume,
    addRollback,
    addRestore,
    addRunbook,
    addHistory,
    addReport,
    addSupportBundle,
    addLogin,
    addCredentials,
    addBundle,
    addPlatform,
    addSandbox,
  ]) {
    program.addCommand(add().exitOverride());
  }
  return program;
}
