import { expect, test } from 'vitest';
import { image, isReady, kubeEvent, pod, running, Story, waiting } from './fixtures.ts';

const refused = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": unexpected status from HEAD request to https://registry.example/v2/team/web/manifests/2: 401 Unauthorized`;
const timedOut = `failed to do request: Head "https://registry.example/v2/": dial tcp 10.1.2.3:443: i/o timeout`;
const backOff = `Back-off pulling image "${image}"`;

test('O13 C31: a refused image is named at once, with pod, image, registry and message; certain at the second refusal', () => {
  const story = new Story().sees(pod(waiting('ErrImagePull', refused)));
  const [first] = story.named();
  expect(first?.fault).toMatchObject({
    code: 'IMAGE_PULL_UNAUTHORIZED',
    object: { kind: 'Pod', namespace: 'prod', name: 'web-1' },
    container: 'main',
    image,
    isCertain: false,
  });
  expect(first?.fault.message).toContain('registry.example refuses');
  expect(first?.fault.message).toContain('401 Unauthorized');
  expect(
    story
      .after(1)
      .sees(pod(waiting('ImagePullBackOff', backOff)))
      .faults(),
  ).toEqual(['IMAGE_PULL_UNAUTHORIZED 119']);
  expect(
    story
      .after(10)
      .sees(pod(waiting('ErrImagePull', refused)))
      .faults(),
  ).toEqual(['IMAGE_PULL_UNAUTHORIZED certain']);
});

test('O13: a refused image that comes after all is no fault any more', () => {
  const story = new Story().sees(pod(waiting('ErrImagePull', refused))).after(5);
  expect(story.sees(pod(running, { status: isReady })).faults()).toEqual([]);
});

test('O13: events count refusals that the status does not show', () => {
  const bad = pod(waiting('ImagePullBackOff', backOff));
  const failed = (count: number) => kubeEvent(bad, 'Failed', `Failed to pull image "${image}": ${refused}`, count);
  const story = new Story().sees(bad, failed(1));
  expect(story.faults()).toEqual(['IMAGE_PULL_UNAUTHORIZED 120']);
  expect(story.sees(failed(2)).faults()).toEqual(['IMAGE_PULL_UNAUTHORIZED certain']);
});

test('O13: the same refusal on a second pod is certain; it stays one fault', () => {
  const story = new Story().sees(
    pod(waiting('ErrImagePull', refused)),
    pod(waiting('ErrImagePull', refused), { name: 'web-2' }),
  );
  expect(story.faults()).toEqual(['IMAGE_PULL_UNAUTHORIZED certain']);
});

test.each([
  ['IMAGE_PULL_FORBIDDEN', '403 Forbidden'],
  ['IMAGE_NOT_FOUND', `${image}: not found`],
])('O13: %s is certain at the second refusal', (code, message) => {
  const story = new Story().sees(pod(waiting('ErrImagePull', message)));
  expect(story.faults()).toEqual([`${code} 120`]);
  story.after(1).sees(pod(waiting('ImagePullBackOff', backOff)), pod(waiting('ErrImagePull', message)));
  expect(story.faults()).toEqual([`${code} certain`]);
});

test('O13: a refusal whose next attempts cannot be seen is certain after the grace', () => {
  const story = new Story().sees(pod(waiting('ErrImagePull', refused))).after(119);
  expect(story.faults()).toEqual(['IMAGE_PULL_UNAUTHORIZED 1']);
  expect(story.after(1).faults()).toEqual(['IMAGE_PULL_UNAUTHORIZED certain']);
});

test.each([
  ['IMAGE_PULL_THROTTLED', '429 Too Many Requests - toomanyrequests'],
  ['IMAGE_PULL_UNREACHABLE', timedOut],
  ['IMAGE_PULL_UNREACHABLE', '503 Service Unavailable'],
])('O13: %s has a grace of 120 s, however often it is tried, and may mend', (code, message) => {
  const story = new Story();
  for (let attempt = 0; attempt < 6; attempt += 1) {
    story.sees(pod(waiting('ErrImagePull', message)), pod(waiting('ImagePullBackOff', backOff))).after(19);
    expect(story.faults()[0]).toBe(`${code} ${120 - (attempt + 1) * 19}`);
  }
  expect(story.after(6).faults()).toEqual([`${code} certain`]);
  expect(story.sees(pod(running, { status: isReady })).faults()).toEqual([]);
});

test('O13: when a refusal turns into a time-out, counting begins anew', () => {
  const story = new Story()
    .sees(pod(waiting('ErrImagePull', refused)))
    .after(1)
    .sees(pod(waiting('ImagePullBackOff', backOff)));
  expect(
    story
      .after(9)
      .sees(pod(waiting('ErrImagePull', timedOut)))
      .faults(),
  ).toEqual(['IMAGE_PULL_UNREACHABLE 110']);
});

test.each([
  ['IMAGE_NAME_INVALID', 'InvalidImageName', 'Failed to apply default image tag "Web:2": couldn\'t parse image name'],
  ['IMAGE_NEVER_PULL', 'ErrImageNeverPull', 'Container image "web" is not present with pull policy of Never'],
])('O13: %s is certain at once', (code, reason, message) => {
  expect(new Story().sees(pod(waiting(reason, message))).faults()).toEqual([`${code} certain`]);
});

test('X03: a pull that fails for an unknown reason is shown, and never certain', () => {
  const story = new Story()
    .sees(pod(waiting('ErrImagePull', 'failed to extract layer: no space left on device')))
    .after(3600);
  expect(story.faults()).toEqual(['FAULT_UNKNOWN 0']);
});

test('O13: pods of the old revision, of other releases, or bad before are not blamed', () => {
  const bad = waiting('ErrImagePull', refused);
  expect(new Story().sees(pod(bad, { revision: 1 })).faults()).toEqual([]);
  expect(new Story(['pod-web-1']).sees(pod(bad)).faults()).toEqual([]);
  const foreign = { kind: 'ReplicaSet', name: 'other-1', uid: 'replicaset-other' };
  expect(
    new Story().sees(pod(bad, { owner: foreign, labels: { 'app.kubernetes.io/instance': 'shop' } })).faults(),
  ).toEqual([]);
});
