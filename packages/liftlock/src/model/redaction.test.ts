import { expect, test } from 'vitest';
import { masked, maskByName, Redactor } from './redaction.ts';
import { isSecretName, isSecretPath } from './secret-names.ts';

test.each(
  'password adminPwd clientSecret apiKey privateKey masterKey signing-key licenseKey accountKey jwt_key tls.key encryptionKey fernetKey sshKey CALLOUT_XKEY nkey_seed userNkey pinToken minioToken operatorTokens passcode passwordSalt erlangCookie'.split(
    ' ',
  ),
)('%s is the name of a secret: it is masked, and learned', (name) => {
  expect(isSecretName(name)).toBe(true);
  expect(maskByName({ [name]: 'canary-of-a-key' })).toEqual({ [name]: masked });
  const redactor = new Redactor();
  redactor.learnValues({ [name]: 'canary-of-a-key' });
  expect(redactor.text('it is canary-of-a-key')).toBe(`it is ${masked}`);
});

test.each(
  'secretName imagePullSecrets existingSecret existingSecretPasswordKey private_key_id token_uri keyboard topologyKey partition_key publicKey adminPasswordKey monkey turkey key maxTokens max_output_tokens MAX_TOKENS input_cost_per_token tokenizer externalSecrets port'.split(
    ' ',
  ),
)('%s is none, and stays to be read', (name) => {
  expect(isSecretName(name)).toBe(false);
});

test.each([
  [
    'what selects',
    { affinity: { matchExpressions: [{ key: 'component-1', operator: 'In', values: ['api-server'] }] } },
  ],
  ['a toleration', { tolerations: [{ key: 'nvidia.com/gpu2', operator: 'Exists' }] }],
  [
    'a reference',
    { env: [{ name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: 'shop-db', key: 'password-1' } } }] },
  ],
  ['a reference below', { auth: { valueFrom: { secretKeyRef: { name: 'shop-db', key: 'password-1' } } } }],
  [
    'who logs in and where',
    { auth: { existingSecret: 'shop-db-1', username: 'keycloak', registry: 'registry.example.com' } },
  ],
  ['entries of a Secret', { auth: { secretKeys: { adminPasswordKey: 'postgres-password' } } }],
  ['numbers of tokens', { llm: { maxTokens: 131_072, tokenizer: 'cl100k_base' } }],
  ['a list of names', { allowed: 'codemie-mcp-connect-service\n----------------\nMAX_HTTP2_STREAMS_X\n' }],
  ['an external Secret', { externalSecrets: { store: 'vault-backend', path: 'prod/codemie' } }],
  [
    'a volume',
    { volumes: [{ name: 'tls', secret: { secretName: 'door-tls', items: [{ key: 'tls.crt1', path: 'a.crt' }] } }] },
  ],
])('%s is no secret: nothing of it is learned, nor masked by its name', (_, values) => {
  const redactor = new Redactor();
  redactor.learnValues(values);
  expect(redactor.text(JSON.stringify(values))).toBe(JSON.stringify(values));
  expect(maskByName(values)).toEqual(values);
});

test.each([
  ['beside a user', { auth: { username: 'keycloak', password: 'canary-1' } }],
  ['deep below', { secrets: { database: { main: 'unseen' }, others: [{ main: 'canary-1' }] } }],
  ['a key by itself', { maps: { key: 'canary-1' } }],
  ['a key of a certificate', { tls: { cert: 'public', key: 'canary-1' } }],
  ['a key in a text', { config: 'key: 1-Canary-1-canary-1-Canary-1\n' }],
])('a secret %s is still one', (_, values) => {
  const redactor = new Redactor();
  redactor.learnValues(values);
  expect(redactor.text(JSON.stringify(values)).toLowerCase()).not.toContain('canary');
});

test("a path is hidden from a secret's name on, but for who logs in and where", () => {
  const hidden = ['auth.password', 'secrets.api.main', 'auth.token.value'];
  const shown = ['auth.username', 'auth.existingSecret', 'auth.secretKeys.adminPasswordKey', 'image.tag'];
  expect([...hidden, ...shown].filter((path) => isSecretPath(path.split('.')))).toEqual(hidden);
});

test('names that steps are carried out by stay, and stay whole; what is longer does not', () => {
  const redactor = new Redactor();
  redactor.learnSecretData({
    host: b64('shop-postgresql'),
    namespace: b64('shop-prod'),
    password: b64('shop-postgresql-canary'),
  });
  const text = 'data-shop-postgresql-0 in shop-prod';
  expect(redactor.text(text)).not.toBe(text);
  redactor.spare(['data-shop-postgresql-0', 'shop-prod']);
  expect(redactor.text(text)).toBe(text);
  expect(redactor.text('it is shop-postgresql-canary')).toBe(`it is ${masked}`);
});

test('of plain data no word is lost that is a key, and of numbers only secrets', () => {
  const redactor = new Redactor();
  for (const secret of ['component', '7351926483', 'canary-key']) redactor.learn(secret);
  const data = { component: 'a component', 'x-canary-key': 7351926483, seconds: 600 };
  expect(redactor.json(data)).toEqual({ component: `a ${masked}`, [`x-${masked}`]: masked, seconds: 600 });
});

test.each([
  ['connecting with password=canary-1 to db', `connecting with password=${masked} to db`],
  ['{"level":"info","apiToken":"canary 1","user":"ada"}', `{"level":"info","apiToken":"${masked}","user":"ada"}`],
  ['--db-password canary', '--db-password canary'],
  ['ENCRYPTION_KEY: canary-1', `ENCRYPTION_KEY: ${masked}`],
  ['max_tokens=131072 tokenizer=cl100k', 'max_tokens=131072 tokenizer=cl100k'],
])("in a log, what stands behind a secret's name needs no learning: %s", (line, shown) => {
  expect(new Redactor().log(line)).toBe(shown);
});

function b64(text: string): string {
  return Buffer.from(text).toString('base64');
}

const secret = 'canary"of\\a&key/ü<7f3a91';

test.each([
  ['plain', secret],
  ['in JSON', JSON.stringify({ secret })],
  ['in JSON in JSON', JSON.stringify(JSON.stringify({ secret }))],
  ["in Go's JSON", goJson(secret)],
  ["in Go's JSON in JSON", JSON.stringify(goJson(secret))],
  ["in Python's JSON", String.raw`"canary\"of\\a&key/\u00fc<7f3a91"`],
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

/** As encoding/json writes a text: https://pkg.go.dev/encoding/json#Marshal */
function goJson(text: string): string {
  return JSON.stringify(text)
    .replaceAll('&', String.raw`\u0026`)
    .replaceAll('<', String.raw`\u003c`);
}
