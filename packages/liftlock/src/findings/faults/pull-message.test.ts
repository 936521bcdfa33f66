import { expect, test } from 'vitest';
import { classifyPull, isBareBackOff, type PullCode } from './pull-message.ts';
import { registryOf } from './registry-of.ts';

const image = 'europe-west3-docker.pkg.dev/team/charts/codemie:2.2.5';
const resolving = `rpc error: code = Unknown desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": `;
const head = 'https://europe-west3-docker.pkg.dev/v2/team/charts/codemie/manifests/2.2.5';

test.each<[PullCode, string]>([
  ['IMAGE_PULL_UNAUTHORIZED', '401 Unauthorized'],
  [
    'IMAGE_PULL_UNAUTHORIZED',
    `${resolving}failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://europe-west3-docker.pkg.dev/v2/token?scope=repository%3Ateam: 401 Unauthorized`,
  ],
  ['IMAGE_PULL_UNAUTHORIZED', `${resolving}unexpected status from HEAD request to ${head}: 401 Unauthorized`],
  [
    'IMAGE_PULL_UNAUTHORIZED',
    `${resolving}pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`,
  ],
  ['IMAGE_PULL_UNAUTHORIZED', `Error response from daemon: Head "${head}": no basic auth credentials`],
  ['IMAGE_PULL_UNAUTHORIZED', 'Error response from daemon: unauthorized: authentication required'],
  ['IMAGE_PULL_FORBIDDEN', `${resolving}unexpected status from HEAD request to ${head}: 403 Forbidden`],
  [
    'IMAGE_PULL_FORBIDDEN',
    'Error response from daemon: denied: Permission "artifactregistry.repositories.downloadArtifacts" denied on resource "projects/team/locations/europe-west3/repositories/charts" (or it may not exist)',
  ],
  [
    'IMAGE_PULL_FORBIDDEN',
    "Error response from daemon: pull access denied for team/codemie, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
  ],
  [
    'IMAGE_NOT_FOUND',
    `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`,
  ],
  [
    'IMAGE_NOT_FOUND',
    `Error response from daemon: manifest for ${image} not found: manifest unknown: Failed to fetch "2.2.5"`,
  ],
  [
    'IMAGE_NOT_FOUND',
    'failed to pull and unpack image "docker.io/library/x:2": failed to resolve reference "docker.io/library/x:2": docker.io/library/x:2: not found',
  ],
  ['IMAGE_NOT_FOUND', 'reading manifest 2.2.5 in registry.example/team/codemie: manifest unknown'],
  ['IMAGE_NOT_FOUND', "name unknown: The repository with name 'codemie' does not exist in the registry with id '1234'"],
  [
    'IMAGE_PULL_THROTTLED',
    `${resolving}unexpected status from GET request to ${head}: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.`,
  ],
  ['IMAGE_PULL_THROTTLED', 'toomanyrequests: Rate exceeded'],
  [
    'IMAGE_PULL_UNREACHABLE',
    `${resolving}failed to do request: Head "${head}": dial tcp 142.250.1.82:443: i/o timeout`,
  ],
  [
    'IMAGE_PULL_UNREACHABLE',
    `${resolving}failed to do request: Head "${head}": dial tcp: lookup europe-west3-docker.pkg.dev on 10.0.0.10:53: no such host`,
  ],
  [
    'IMAGE_PULL_UNREACHABLE',
    `${resolving}failed to do request: Head "${head}": dial tcp 10.2.3.4:5000: connect: connection refused`,
  ],
  [
    'IMAGE_PULL_UNREACHABLE',
    `${resolving}failed to do request: Head "${head}": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
  ],
  [
    'IMAGE_PULL_UNREACHABLE',
    `Error response from daemon: Get "https://registry.example/v2/": net/http: TLS handshake timeout`,
  ],
  [
    'IMAGE_PULL_UNREACHABLE',
    `Error response from daemon: Get "https://registry.example/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)`,
  ],
  [
    'IMAGE_PULL_UNREACHABLE',
    `Error response from daemon: Get "https://registry.example/v2/": http: server gave HTTP response to HTTPS client`,
  ],
  ['IMAGE_PULL_UNREACHABLE', `${resolving}unexpected status from HEAD request to ${head}: 503 Service Unavailable`],
  ['IMAGE_PULL_UNREACHABLE', `${resolving}unexpected status from HEAD request to ${head}: 500 Internal Server Error`],
  ['IMAGE_PULL_UNREACHABLE', `${resolving}failed to do request: Head "${head}": context deadline exceeded`],
])('C31 X03: %s from a runtime that says %s', (code, message) => {
  expect(classifyPull(message, image)).toBe(code);
  expect(classifyPull(`Back-off pulling image "${image}": ErrImagePull: ${message}`, image)).toBe(code);
});

test.each([
  'no match for platform in manifest: not found',
  'failed to extract layer sha256:12: write /var/lib/containerd/x: no space left on device',
  'open /var/lib/containerd/tmp: permission denied',
  'the dog ate it',
  'error getting credentials - err: exec: "docker-credential-gcr": executable file not found in $PATH',
  '[rpc error: desc = 401 Unauthorized, rpc error: desc = dial tcp 1.2.3.4:443: i/o timeout]',
  '',
])('X03: unknown or ambiguous text stays unknown: %s', (message) => {
  expect(classifyPull(message, image)).toBe('FAULT_UNKNOWN');
});

test('X03: a name that sounds like a status is no status', () => {
  const named = 'registry.example/unauthorized-404/not found:403';
  const short = 'unauthorized:401';
  expect(classifyPull(`failed to resolve reference "${named}": the dog ate it`, named)).toBe('FAULT_UNKNOWN');
  expect(classifyPull(`Failed to pull image "${short}": the dog ate it`, short)).toBe('FAULT_UNKNOWN');
  expect(classifyPull(`from HEAD request to https://r.example/v2/x/manifests/404: 403 Forbidden`, named)).toBe(
    'IMAGE_PULL_FORBIDDEN',
  );
});

test('a back-off that names no cause is told from one that does', () => {
  expect(isBareBackOff(`Back-off pulling image "${image}"`)).toBe(true);
  expect(isBareBackOff(`Back-off pulling image "${image}": ErrImagePull: 401 Unauthorized`)).toBe(false);
});

test.each([
  ['europe-west3-docker.pkg.dev/team/app:1', 'europe-west3-docker.pkg.dev'],
  ['localhost:5000/app', 'localhost:5000'],
  ['localhost/app', 'localhost'],
  ['registry:5000/app@sha256:00', 'registry:5000'],
  ['nginx', 'docker.io'],
  ['nginx:1.29', 'docker.io'],
  ['library/nginx', 'docker.io'],
])('the registry of %s is %s', (reference, registry) => {
  expect(registryOf(reference)).toBe(registry);
});
