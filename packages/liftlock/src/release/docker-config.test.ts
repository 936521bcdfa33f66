import { expect, test } from 'vitest';
import { Redactor } from '../model/redaction.ts';
import { dockerConfigJson, keyIdOf, learnDockerLogins, withDockerLogin } from './docker-config.ts';

const key = JSON.stringify({ type: 'service_account', private_key_id: 'abc123', private_key: 'a\nb:c' });
const login = { server: 'https://europe-west3-docker.pkg.dev', username: '_json_key', password: key };

test('C34: the pull secret holds what kubectl create secret docker-registry would write', () => {
  const auth = Buffer.from(`_json_key:${key}`).toString('base64');
  const expected = { username: '_json_key', password: key, email: 'a@b.example', auth };
  expect(JSON.parse(dockerConfigJson({ ...login, email: 'a@b.example' }))).toEqual({
    auths: { [login.server]: expected },
  });
  expect(JSON.parse(dockerConfigJson(login))).not.toHaveProperty(['auths', login.server, 'email']);
});

test('C34: the key in a pull secret is known by its id, however the secret was written', () => {
  const text = dockerConfigJson(login);
  expect(keyIdOf(text)).toBe('abc123');
  expect(keyIdOf(text, 'europe-west3-docker.pkg.dev')).toBe('abc123');
  expect(keyIdOf(text, 'other.example')).toBeUndefined();
  const auth = Buffer.from(`_json_key:${key}`).toString('base64');
  expect(keyIdOf(JSON.stringify({ auths: { 'other.example': { auth: 'eA==' }, 'a.example': { auth } } }))).toBe(
    'abc123',
  );
});

test.each(['', 'null', '{}', '{"auths":[]}', '{"auths":{"a":{"username":"a","password":"b"}}}'])(
  'there is no key in %s',
  (text) => {
    expect(keyIdOf(text)).toBeUndefined();
  },
);

test('C34: a renewed login takes the place of its own alone', () => {
  const other = { auth: 'c29tZW9uZTp3b3Jk' };
  const path = { auth: 'cGF0aDpzZWNyZXQ=' };
  const old = JSON.stringify({
    credHelpers: { 'a.example': 'helper' },
    auths: {
      'other.example': other,
      'europe-west3-docker.pkg.dev/one-project': path,
      'europe-west3-docker.pkg.dev/v1/': { username: '_json_key', password: 'old' },
    },
  });
  const text = withDockerLogin(old, login);
  expect(JSON.parse(text)).toEqual({
    credHelpers: { 'a.example': 'helper' },
    auths: {
      ...(JSON.parse(dockerConfigJson(login)) as { auths: object }).auths,
      'other.example': other,
      'europe-west3-docker.pkg.dev/one-project': path,
    },
  });
  expect(keyIdOf(text, login.server)).toBe('abc123');
  for (const none of [undefined, '', '[]', '{"auths":[]}']) {
    expect(withDockerLogin(none, login)).toBe(dockerConfigJson(login));
  }
});

test('the logins of other registries in a pull secret are known to the redactor', () => {
  const redactor = new Redactor();
  learnDockerLogins('{"auths":{"other.example":{"username":"someone","password":"canary-other"}}}', redactor);
  expect(redactor.text('with canary-other')).toBe('with ********');
});
