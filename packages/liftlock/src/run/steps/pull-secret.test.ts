import { expect, test } from 'vitest';
import type { JsonObject } from '../../model/json.ts';
import { Redactor } from '../../model/redaction.ts';
import type { PullSecretStep } from '../../model/step.ts';
import { dockerConfigJson } from '../../release/docker-config.ts';
import type { World } from '../world.ts';
import { pullSecret } from './pull-secret.ts';

const keyOf = (id: string) => JSON.stringify({ private_key_id: id, private_key: `canary-${id}` });
const server = 'https://charts.example';

test('C34: a renewed key leaves the logins of other registries, after the Secret was backed up', async () => {
  const other = { 'other.example': { auth: 'c29tZW9uZTpzZWNyZXQ=' } };
  const old = JSON.parse(dockerConfigJson({ server, username: '_json_key', password: keyOf('old') })) as {
    auths: JsonObject;
  };
  const text = JSON.stringify({ auths: { ...other, ...old.auths } });
  const data = { '.dockerconfigjson': Buffer.from(text).toString('base64') };
  const secret = { kind: 'Secret', type: 'kubernetes.io/dockerconfigjson', metadata: { name: 'pull' }, data };
  const done: string[] = [];
  let patched = '';
  const world = {
    reader: { find: async () => secret },
    redactor: new Redactor(),
    key: { keyId: async () => 'new', keyJson: async () => keyOf('new') },
    folder: {
      read: async () => undefined,
      writeSecret: async (name: string, content: string) => {
        done.push(name);
        expect(JSON.parse(content)).toEqual(secret);
      },
    },
    writer: {
      patch: async (_path: string, patch: { readonly data: Readonly<Record<string, string>> }) => {
        done.push('patch');
        patched = Buffer.from(patch.data['.dockerconfigjson'] ?? '', 'base64').toString();
      },
    },
  } as unknown as World;
  const step = { name: 'pull', namespace: 'prod', server, username: '_json_key', keyId: 'new' };
  await pullSecret.act({ ...step, kind: 'pull-secret' } as unknown as PullSecretStep, world, {} as never);
  expect(done).toEqual(['backup/secret-pull.json', 'patch']);
  const renewed = JSON.parse(dockerConfigJson({ server, username: '_json_key', password: keyOf('new') })) as typeof old;
  expect(JSON.parse(patched)).toEqual({ auths: { ...renewed.auths, ...other } });
});
