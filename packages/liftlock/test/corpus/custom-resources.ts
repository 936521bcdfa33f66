import type { CaseWorld } from './case.ts';

/** Resolves when the API server serves the case's Widgets. */
export async function untilServed({ sandbox, namespace }: CaseWorld): Promise<void> {
  while ((await sandbox.api.find(`/apis/${namespace}.example.com/v1/widgets?limit=1`)) === undefined)
    await new Promise((resolve) => setTimeout(resolve, 50));
}
