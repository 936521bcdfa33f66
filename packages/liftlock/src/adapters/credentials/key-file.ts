import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { exitCodes, Problem } from '../../model/problem.ts';
import type { Redactor } from '../../model/redaction.ts';

/** A Google service account's key, as `key.json` holds it. */
export interface KeyFile {
  readonly file: string;
  /** The file's text as it is: what an image pull secret takes as its password. Secret. */
  readonly text: string;
  readonly clientEmail: string;
  readonly keyId: string;
  readonly tokenUri: string;
  readonly privateKey: KeyObject;
}

const advice = [
  'Give the key.json that the vendor sent, unchanged, as credentials.registry.keyFile or --key-file.',
  'A new one comes from the vendor; then: liftlock credentials rotate',
];

/**
 * Reads a service account's key and makes its secrets known to the redactor.
 *
 * Problems, exit 3: KEY_FILE_MISSING (absent or unreadable), KEY_FILE_BAD (which names what is wrong, and shows nothing of
 * what the file holds).
 */
export function readKeyFile(file: string, redactor: Redactor): KeyFile {
  const text = readText(file);
  redactor.learn(text.trim());
  const key = parseKey(text, file);
  // First of all, so that not even a failure below can show it.
  if (typeof key['private_key'] === 'string') redactor.learn(key['private_key']);
  if (key['type'] !== 'service_account') {
    throw bad(file, `its type is ${typeof key['type'] === 'string' ? key['type'] : 'not given'}, not service_account`);
  }
  const [clientEmail, keyId, tokenUri, privateKey] = textsOf(key, file, [
    'client_email',
    'private_key_id',
    'token_uri',
    'private_key',
  ]);
  return { file, text, clientEmail, keyId, tokenUri, privateKey: parsePrivateKey(privateKey, file) };
}

type Texts<Names extends readonly string[]> = { readonly [Index in keyof Names]: string };

function textsOf<const Names extends readonly string[]>(key: JsonObject, file: string, names: Names): Texts<Names> {
  const texts = names.map((name) => key[name]);
  const missing = names.filter((name) => typeof key[name] !== 'string' || key[name] === '');
  if (missing.length > 0) throw bad(file, `it has no ${missing.join(', ')}`);
  return texts as unknown as Texts<Names>;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const what = code === 'ENOENT' ? `There is no key file ${file}.` : `The key file ${file} cannot be read (${code}).`;
    throw new Problem('KEY_FILE_MISSING', what, { advice, exitCode: exitCodes.blocked, details: { file } });
  }
}

function parseKey(text: string, file: string) {
  let value: unknown;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    // Without the parser's words: they quote the text.
    throw bad(file, 'it is not JSON');
  }
  if (!isJsonObject(value)) throw bad(file, 'it is no JSON object');
  return value;
}

function parsePrivateKey(pem: string, file: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // OpenSSL's words say nothing that helps.
  }
  throw bad(file, 'its private_key is no RSA key in PEM form');
}

function bad(file: string, why: string): Problem {
  return new Problem('KEY_FILE_BAD', `The key file ${file} cannot be used: ${why}.`, {
    advice,
    exitCode: exitCodes.blocked,
    details: { file },
  });
}
