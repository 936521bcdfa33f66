import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeOperator, type Operator } from './liftlock.ts';

/** The same person at the same machine, in an empty working folder. */
export async function elsewhere(operator: Operator): Promise<{ readonly operator: Operator; close(): Promise<void> }> {
  const cwd = await mkdtemp(join(tmpdir(), 'liftlock-elsewhere-'));
  const { HOME, XDG_STATE_HOME, XDG_CACHE_HOME, LIFTLOCK_HELM } = operator.environment;
  const other = await makeOperator({
    helm: LIFTLOCK_HELM ?? '',
    cwd,
    environment: { HOME, XDG_STATE_HOME, XDG_CACHE_HOME },
  });
  return {
    operator: other,
    close: async () => {
      for (const folder of [cwd, other.home]) await rm(folder, { recursive: true, force: true });
    },
  };
}
