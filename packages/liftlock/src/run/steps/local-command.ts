import { exitCodes, Problem } from '../../model/problem.ts';
import { stoppedCode } from '../../model/stopped.ts';
import type { LocalCommandStep } from '../../model/step.ts';
import type { Handler, World } from '../world.ts';

const mostLines = 10;

/**
 * Runs a command on this machine, where the site allows the step by its id. One that has ended well is not run again; one that was
 * cut off is: what a definition has run must bear that.
 */
export const localCommand: Handler<'local-command'> = {
  async observe(step, world, state) {
    const ended = await world.folder.read(markOf(step));
    if (ended !== undefined) return { observation: 'done', note: `it has ended well at ${ended}` };
    refuseUnlessAllowed(step, world);
    return { observation: 'todo', note: state.wasCutOff === true ? 'it was cut off: it is run again' : 'not run yet' };
  },

  async act(step, world) {
    refuseUnlessAllowed(step, world);
    const { signal } = world.stop;
    const ended = await world.commands.run(step.argv, { timeoutSeconds: step.timeoutSeconds, signal });
    const lines = world.redactor
      .text(ended.output)
      .split('\n')
      .filter((line) => line.trim() !== '');
    if (ended.how === 'ended' && ended.exitCode === 0) {
      await world.folder.write(markOf(step), world.clock.now().toISOString());
      return { touched: 'unknown', writes: 0 };
    }
    const [program = ''] = step.argv;
    const words = {
      ended: `ended with exit code ${ended.exitCode ?? 'unknown'}`,
      'not started': 'could not be started',
      'timed out': `did not end within ${step.timeoutSeconds} s and was stopped`,
      stopped: 'was stopped on request',
    }[ended.how];
    throw new Problem(
      ended.how === 'stopped' ? stoppedCode : 'LOCAL_COMMAND_FAILED',
      [`${program} ${words}.`, ...lines.slice(-mostLines)].join('\n'),
      {
        touched: ended.how === 'not started' ? 'no' : 'unknown',
        advice: ['When the cause is gone: liftlock resume, which runs it once more.'],
      },
    );
  },

  async confirm(step, world) {
    const ended = await world.folder.read(markOf(step));
    if (ended !== undefined) return { note: `${step.argv[0] ?? ''} has ended well` };
    throw new Problem('LOCAL_COMMAND_FAILED', `${step.argv[0] ?? ''} has not ended well.`, { touched: 'unknown' });
  },
};

function refuseUnlessAllowed({ id, argv }: LocalCommandStep, world: World): void {
  if (world.site.localCommands.includes(id)) return;
  throw new Problem('LOCAL_COMMAND_OFF', `This site does not let ${id} run a command on this machine.`, {
    exitCode: exitCodes.blocked,
    advice: [`The command: ${argv.join(' ')}`, `To allow it, in the site file: localCommands: [${id}]`],
  });
}

/** No id has an underscore. */
function markOf({ id }: LocalCommandStep): string {
  return `backup/local-commands/${id.replaceAll('/', '_')}.txt`;
}
