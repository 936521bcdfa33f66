import { gunzipSync, gzipSync } from 'node:zlib';
import type { CaseWorld } from './case.ts';

/** Changes helm's record of the newest revision of `shop` as something else than helm would: an old cluster, a kill. */
export async function forgeRecord(
  world: CaseWorld,
  change: (record: string) => string,
  status?: string,
): Promise<void> {
  const name = 'sh.helm.release.v1.shop.v1';
  const stored = await world.find('v1', 'Secret', name);
  const data = stored?.['data'] as { readonly release: string } | undefined;
  if (data === undefined) throw new Error(`there is no ${name}`);
  const packed = Buffer.from(Buffer.from(data.release, 'base64').toString('latin1'), 'base64');
  const forged = change(gunzipSync(packed).toString('utf8'));
  const release = Buffer.from(gzipSync(forged).toString('base64')).toString('base64');
  await world.patch('v1', 'Secret', name, {
    data: { release },
    ...(status === undefined ? {} : { metadata: { labels: { status } } }),
  });
}
