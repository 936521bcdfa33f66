import { expect, test } from 'vitest';
import type { KubeObject } from '../model/kube.ts';
import { maskObject } from './mask-object.ts';

test('C36: an object in the bundle holds no secret in env, arguments or the copy of kubectl apply', () => {
  const container = {
    name: 'main',
    command: [
      'sh',
      '-c',
      `serve --verbose --debug --password s3cret-a --port 80; DB_PASSWORD="s3cret b" API_TOKEN=s3cret-c LEVEL=info run`,
    ],
    args: [
      '--db-password',
      's3cret-d',
      '--api-key=s3cret-e',
      '--secret-name=pull',
      '--verbose',
      '--token',
      '--port=80',
    ],
    env: [
      { name: 'ANY', value: 's3cret-f' },
      { name: 'REF', valueFrom: { secretKeyRef: { name: 'db', key: 'url' } } },
    ],
  };
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'web',
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"x":"s3cret-g"}', kept: 'yes' },
    },
    spec: { containers: [container] },
  } as unknown as KubeObject;
  const masked = maskObject(object);
  expect(JSON.stringify(masked)).not.toContain('s3cret');
  expect(masked).toMatchObject({
    metadata: { name: 'web', annotations: { kept: 'yes' } },
    spec: {
      containers: [
        {
          command: [
            'sh',
            '-c',
            'serve --verbose --debug --password ******** --port 80; DB_PASSWORD=******** API_TOKEN=******** LEVEL=info run',
          ],
          args: [
            '--db-password',
            '********',
            '--api-key=********',
            '--secret-name=pull',
            '--verbose',
            '--token',
            '--port=80',
          ],
          env: [{ name: 'ANY', value: '********' }, container.env[1]],
        },
      ],
    },
  });
});
