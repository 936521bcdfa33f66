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

test.each('secretName imagePullSecrets existingSecret keyboard topologyKey port'.split(' '))(
  '%s is none, and stays to be read',
  (name) => {
    expect(isSecretName(name)).toBe(false);
  },
);
