import { expect, test } from 'vitest';
import { secretFromProtobuf } from './record-protobuf.ts';

/** A field that has a length. */
function field(number: number, value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  const length = bytes.length < 128 ? [bytes.length] : [(bytes.length % 128) + 128, Math.floor(bytes.length / 128)];
  return Buffer.concat([Buffer.from([number * 8 + 2, ...length]), bytes]);
}

const pair = (key: string, value: string) => Buffer.concat([field(1, key), field(2, value)]);
const kind = (name: string) => field(1, Buffer.concat([field(1, 'v1'), field(2, name)]));
const metadata = Buffer.concat([
  field(1, 'sh.helm.release.v1.demo.v1'),
  // A number and fixed lengths, which are of no interest.
  Buffer.from([7 * 8, 0x96, 0x01, 12 * 8 + 5, 0, 0, 0, 0, 13 * 8 + 1, 0, 0, 0, 0, 0, 0, 0, 0]),
  field(11, pair('owner', 'helm')),
  field(11, pair('status', 'deployed')),
]);
const secret = Buffer.concat([
  field(1, metadata),
  field(2, pair('release', 'x'.repeat(200))),
  field(3, 'helm.sh/release.v1'),
]);
const envelope = (name: string) => Buffer.concat([Buffer.from('k8s\0'), kind(name), field(2, secret)]);

test("helm's record is read out of its protobuf", () => {
  expect(secretFromProtobuf(envelope('Secret'), 'a')).toEqual({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'sh.helm.release.v1.demo.v1', namespace: 'a', labels: { owner: 'helm', status: 'deployed' } },
    type: 'helm.sh/release.v1',
    data: { release: Buffer.from('x'.repeat(200)).toString('base64') },
  });
});

test.each([
  ['another kind', envelope('ConfigMap')],
  ['JSON', Buffer.from('{"kind":"Secret"}')],
  ['nothing', Buffer.alloc(0)],
  ['what ends too early', envelope('Secret').subarray(0, 90)],
  ['a group, which no object has', Buffer.concat([Buffer.from('k8s\0'), Buffer.from([11])])],
])('%s is none', (_what, bytes) => {
  expect(secretFromProtobuf(bytes, 'a')).toBeUndefined();
});
