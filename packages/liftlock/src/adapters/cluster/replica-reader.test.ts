import { expect, test } from 'vitest';
import type { KubeObject } from '../../model/kube.ts';
import { makeReplicaReader } from './replica-reader.ts';
import { replicaSecret } from './replica-secrets.ts';

const key = { namespace: 'shop', platform: 'shop', site: 'shop', run: '20261121-000000-aaaa' };
const lineOf = (sequence: number, fields: object) =>
  `${JSON.stringify({ run: key.run, sequence, at: '2026-11-21T00:00:00.000Z', ...fields })}\n`;
const started = lineOf(1, { type: 'run-started', purpose: 'upgrade', who: 'Ada', decisions: [] });

function pieceOf(number: number, text: string, of = key, since = '2026-11-21T00:00:00Z'): KubeObject {
  const secret = replicaSecret(of, 'record', { suffix: String(number), data: { [number]: Buffer.from(text) } });
  return { ...secret, metadata: { ...secret.metadata, creationTimestamp: since } };
}

const read = async (...secrets: readonly KubeObject[]) => makeReplicaReader({ list: async () => secrets }).runs({});
const note = (sequence: number) => lineOf(sequence, { type: 'note', text: 'x' });

test('O9: a record without one of its pieces is damaged, and no earlier state', async () => {
  const pieces = [pieceOf(0, started), pieceOf(1, note(2)), pieceOf(2, note(3))] as const;
  expect((await read(...pieces))[0]?.entries).toHaveLength(3);
  for (const missing of [0, 1]) {
    const [found] = await read(...pieces.filter((_piece, index) => index !== missing));
    expect(found).toMatchObject({ entries: [], unreadable: { code: 'REPLICA_DAMAGED' } });
  }
});

test('O9: an entry that is none spoils its own record alone', async () => {
  const wrong = ['null\n', '7\n', '[]\n', lineOf(2, { type: 'hop-planned' }), lineOf(2, { type: 'stopped' }), note(3)];
  for (const [index, line] of wrong.entries()) {
    const other = { ...key, run: `20261121-000000-bbb${index}` };
    const [mine] = (await read(pieceOf(0, started), pieceOf(0, started + line, other))).toSorted((a, b) =>
      a.run.localeCompare(b.run),
    );
    expect(mine?.entries).toHaveLength(1);
    const [odd] = await read(pieceOf(0, started + line));
    expect(odd?.unreadable?.code, line).toBe('REPLICA_DAMAGED');
  }
});

test("runs come in the order of the cluster's clock", async () => {
  const slow = { ...key, run: '20261101-000000-cccc' };
  const [first, second] = await read(pieceOf(0, started), pieceOf(0, started, slow, '2026-11-21T00:00:09Z'));
  expect([first?.run, second?.run]).toEqual([slow.run, key.run]);
});
