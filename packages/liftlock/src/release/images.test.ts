import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../model/kube.ts';
import { imagesOf, isLoginFor, registryOfImage } from './images.ts';

const podSpec = {
  initContainers: [{ name: 'init', image: 'a/init:1' }],
  containers: [
    { name: 'main', image: 'localhost:5000/a/main@sha256:0123456789abcdef0123456789abcdef' },
    { name: 'x', image: 'busybox' },
  ],
  imagePullSecrets: [{ name: 'key' }],
  nodeSelector: { disk: 'ssd' },
  volumes: [{ name: 'models', image: { reference: 'a/models:3' } }],
};

function object(kind: string, apiVersion: string, spec: object): KubeObject {
  return { apiVersion, kind, metadata: { name: 'web' }, spec } as unknown as KubeObject;
}

describe('images of a manifest', () => {
  test('of every kind that makes pods, init containers and image volumes too', () => {
    const objects = [
      object('Deployment', 'apps/v1', { template: { spec: podSpec } }),
      object('CronJob', 'batch/v1', {
        jobTemplate: { spec: { template: { spec: { containers: [{ image: 'cron:1' }] } } } },
      }),
      object('Pod', 'v1', { containers: [{ image: 'pod:1' }] }),
    ];
    const found = imagesOf(objects, 'prod');
    expect(found.map(({ image }) => image)).toEqual([
      'a/init:1',
      'localhost:5000/a/main@sha256:0123456789abcdef0123456789abcdef',
      'busybox',
      'a/models:3',
      'cron:1',
      'pod:1',
    ]);
    expect(found[0]).toEqual({
      image: 'a/init:1',
      object: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      namespace: 'prod',
      pullSecrets: ['key'],
      serviceAccount: 'default',
      nodeSelector: { disk: 'ssd' },
    });
  });

  test('of custom resources where it is plain', () => {
    const custom = object('Database', 'db.example.org/v1', {
      image: 'a/db:14',
      backup: { sidecarImage: { registry: 'r.example', repository: 'a/backup', tag: 2 } },
      logoImage: 'logo.png',
      imagePolicy: 'a:b',
      template: { spec: { containers: [{ image: 'a/exporter:1' }] } },
    });
    expect(imagesOf([custom], 'prod').map(({ image }) => image)).toEqual([
      'a/db:14',
      'r.example/a/backup:2',
      'a/exporter:1',
    ]);
  });

  test('none of what is no pod', () => {
    const service = object('Service', 'v1', { image: 'a/b:1' });
    const crd = object('CustomResourceDefinition', 'apiextensions.k8s.io/v1', { containers: [{ image: 'a/b:1' }] });
    expect(imagesOf([service, crd], 'prod')).toEqual([]);
  });
});

test('which registry, and which login is for it', () => {
  expect(['busybox', 'team/web', 'r.example/web', 'localhost/web', 'localhost:5000/web'].map(registryOfImage)).toEqual([
    'docker.io',
    'docker.io',
    'r.example',
    'localhost',
    'localhost:5000',
  ]);
  expect(isLoginFor('https://index.docker.io/v1/', 'team/web:1')).toBe(true);
  expect(isLoginFor('https://r.example', 'r.example/a/web:1')).toBe(true);
  expect(isLoginFor('*.r.example', 'eu.r.example/a/web:1')).toBe(true);
  expect(isLoginFor('*.r.example', 'r.example/a/web:1')).toBe(false);
  expect(isLoginFor('r.example/a', 'r.example/a/web:1')).toBe(true);
  expect(isLoginFor('r.example/a', 'r.example/ab/web:1')).toBe(false);
  expect(isLoginFor('r.example', 'evil-r.example/web:1')).toBe(false);
  expect(isLoginFor('r.example', 'r.example.evil/web:1')).toBe(false);
});
