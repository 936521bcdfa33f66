import { expect, test } from 'vitest';
import { isSecretName, masked, maskByName, Redactor } from './redaction.ts';

test.each(
  'password adminPwd clientSecret apiKey privateKey masterKey signing-key licenseKey accountKey jwt_key tls.key encryptionKey'.split(
    ' ',
  ),
)('%s is the name of a secret: it is masked, and learned', (name) => {
  expect(isSecretName(name)).toBe(true);
  expect(maskByName({ [name]: 'canary-of-a-key' })).toEqual({ [name]: masked });
  const redactor = new Redactor();
  redactor.learnValues({ [name]: 'canary-of-a-key' });
  expect(redactor.text('it is canary-of-a-key')).toBe(`it is ${masked}`);
});

test.each('secretName imagePullSecrets existingSecret private_key_id token_uri keyboard topologyKey port'.split(' '))(
  '%s is none, and stays to be read',
  (name) => {
    expect(isSecretName(name)).toBe(false);
  },
);

const secret = 'canary"of\\a&key/7f3a91';

test.each([
  ['plain', secret],
  ['in JSON', JSON.stringify({ secret })],
  ['in JSON in JSON', JSON.stringify(JSON.stringify({ secret }))],
  ['in an address', `https://host/?q=${encodeURIComponent(secret)}`],
  ['in base64', Buffer.from(secret).toString('base64')],
  ['in base64 after one byte', Buffer.from(`a${secret}b`).toString('base64')],
  ['in base64 after two bytes', Buffer.from(`ab${secret}bc`).toString('base64')],
  ['in base64 for addresses', Buffer.from(`user:${secret}`).toString('base64url')],
])('what was learned is masked %s', (_, text) => {
  const redactor = new Redactor();
  redactor.learn(secret);
  const shown = redactor.text(text);
  expect(shown).toContain(masked);
  for (const part of ['canary', '7f3a91', Buffer.from('7f3a91').toString('base64').slice(0, 6)])
    expect(shown).not.toContain(part);
});

test('lines of a key, and of a file of settings, are secrets of their own', () => {
  const redactor = new Redactor();
  const key =
    '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\nAQEFAASCBKcwggSjAgEAAoIB\n-----END PRIVATE KEY-----\n';
  const settings = 'LOG_LEVEL=verbose\nexport DB_PASSWORD="canary-settings-1"\napi_token: canary-settings-2\n';
  redactor.learnSecretData({
    key: Buffer.from(key).toString('base64'),
    settings: Buffer.from(settings).toString('base64'),
    '.dockerconfigjson': Buffer.from(
      JSON.stringify({ auths: { 'r.example.com': { username: 'ada', password: 'canary-settings-3' } } }),
    ).toString('base64'),
  });
  const said = 'at AQEFAASCBKcwggSjAgEAAoIB: canary-settings-1 canary-settings-2 canary-settings-3 LOG_LEVEL=verbose';
  expect(redactor.text(said)).toBe(`at ${masked}: ${masked} ${masked} ${masked} LOG_LEVEL=verbose`);
});

test.each([
  ['settings in one value', { config: 'level: info\napi_token: canary-inside\nname: shop\n' }],
  ['an argument', { args: ['--level=info', '--db-password=canary-inside'] }],
  ['a connection', { connection: 'host=db;Password=canary-inside;port=1' }],
  ['a query', { url: 'https://example.com/hook?name=shop&token=canary-inside' }],
])('learns a secret within %s, and leaves the rest', (_, values) => {
  const redactor = new Redactor();
  redactor.learnValues(values);
  expect(redactor.text('canary-inside level: info name shop host=db')).toBe(`${masked} level: info name shop host=db`);
});

test('a placeholder for a secret is none', () => {
  const redactor = new Redactor();
  redactor.learnValues({ config: 'password: ${DB_PASSWORD}\ntoken: {{ .token }}\n' });
  expect(redactor.text('${DB_PASSWORD} {{ .token }}')).toBe('${DB_PASSWORD} {{ .token }}');
});

test.each([
  ['Authorization: Bearer abcdefgh12345678', `Authorization: Bearer ${masked}`],
  ['{"authorization":"Basic YWRhOmNhbmFyeQ=="}', `{"authorization":"Basic ${masked}"}`],
  ['connecting to postgres://ada:canary@db:5432/shop', `connecting to postgres://ada:${masked}@db:5432/shop`],
  ['token eyJhbGciOiJS.eyJpc3MiOiJr.c2lnbmF0dXJl end', `token ${masked} end`],
  ['ya29.a0AfH6SMBxxxx', masked],
  ['-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\nend', `${masked}\nend`],
  ['https://charts.example.com:8443/shop@1', 'https://charts.example.com:8443/shop@1'],
  ['image registry.example.com:5000/team/shop@sha256:1', 'image registry.example.com:5000/team/shop@sha256:1'],
])('nobody has to learn what is secret by its shape: %j', (text, shown) => {
  expect(new Redactor().text(text)).toBe(shown);
});

test('long texts that look nearly so are read to their end', () => {
  const redactor = new Redactor();
  for (const part of ['a.', 'eyJ-', '://a:', '-----BEGIN PRIVATE KEY-----', 'authorization: bearer '])
    expect(redactor.text(part.repeat(40_000)).length).toBeGreaterThan(0);
});
