import type { CaseWorld } from './case.ts';

/** A quota on the case's namespace. */
export function quota(hard: Readonly<Record<string, string>>): object {
  return { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'limits' }, spec: { hard } };
}

/** Creates a quota and waits until its controller has counted. */
export async function untilQuota(world: CaseWorld, hard: Readonly<Record<string, string>>): Promise<void> {
  await world.create(quota(hard));
  for (;;) {
    const live = await world.find('v1', 'ResourceQuota', 'limits');
    const status = live?.['status'] as { readonly used?: object } | undefined;
    if (status?.used !== undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
