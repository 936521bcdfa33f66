import type { Finding } from '../../model/finding.ts';
import type { PreflightEvidence } from '../evidence.ts';
import { finding } from '../make-finding.ts';

/** Steps that run a command on this machine, which the site does not allow by their ids. */
export function localCommandFindings({ steps = [], site }: PreflightEvidence): readonly Finding[] {
  return steps.flatMap((step) =>
    step.kind === 'local-command' && !site.localCommands.includes(step.id)
      ? [
          finding({
            code: 'LOCAL_COMMAND_OFF',
            severity: 'blocker',
            ...(step.component === undefined ? {} : { component: step.component }),
            message: `${step.id} runs a command on this machine: ${step.argv.join(' ')}. The site does not allow it.`,
          }),
        ]
      : [],
  );
}
