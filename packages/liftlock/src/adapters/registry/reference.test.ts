import { expect, test } from 'vitest';
import { isLoopback, parseImage, sourceOf, tagOf } from './reference.ts';

const mirrors = [
  { from: 'oci://a.example', to: 'oci://m.example/all' },
  { from: 'oci://a.example/charts/', to: 'oci://m.example/charts/' },
];

test.each([
  ['oci://a.example/x/ui', 'oci://m.example/all/x/ui'],
  ['oci://a.example/charts/ui', 'oci://m.example/charts/ui'],
  ['oci://a.example.evil/charts/ui', 'oci://a.example.evil/charts/ui'],
  ['oci://b.example/ui', 'oci://b.example/ui'],
])('%s is pulled from %s', (reference, source) => {
  expect(sourceOf(reference, mirrors)).toBe(source);
});

test.each([
  ['nginx', 'registry-1.docker.io', 'library/nginx', 'latest'],
  ['docker.io/nginx:1', 'registry-1.docker.io', 'library/nginx', '1'],
  ['bitnami/redis:7.2', 'registry-1.docker.io', 'bitnami/redis', '7.2'],
  ['a.example:5000/x/y', 'a.example:5000', 'x/y', 'latest'],
  ['localhost/x:1', 'localhost', 'x', '1'],
  ['a.example/x:1@sha256:abc', 'a.example', 'x', 'sha256:abc'],
])('the image %s', (image, host, path, reference) => {
  expect(parseImage(image)).toEqual({ host, path, reference });
});

test('a plus sign is an underscore in a tag', () => {
  expect(tagOf('1.2.3+build.4')).toBe('1.2.3_build.4');
});

test('loopback is this machine and nothing that looks like it', () => {
  for (const host of ['localhost:5000', '127.0.0.1', '127.1.2.3:80', '[::1]:80']) expect(isLoopback(host)).toBe(true);
  for (const host of ['127.0.0.1.evil.example', 'localhost.evil', '10.0.0.1', '128.0.0.1:80'])
    expect(isLoopback(host)).toBe(false);
});
