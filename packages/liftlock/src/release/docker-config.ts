import { isJsonObject, jsonAt, type Json } from '../model/json.ts';
import type { Redactor } from '../model/redaction.ts';

export interface DockerLogin {
  /** As the guide writes it, `https://` included where it has one. */
  readonly server: string;
  readonly username: string;
  readonly password: string;
  readonly email?: string | undefined;
}

/** The text of `.dockerconfigjson`, as `kubectl create secret docker-registry` makes it. Secret. */
export function dockerConfigJson({ server, username, password, email }: DockerLogin): string {
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  const login = { username, password, ...(email === undefined ? {} : { email }), auth };
  return JSON.stringify({ auths: { [server]: login } });
}

/**
 * A `.dockerconfigjson` with this login added, or put in place of the one for the same registry: what else stands in it
 * belongs to somebody else. The new login comes first, as `keyIdOf` takes the first that fits.
 *
 * @param text the JSON that is there; something else counts as empty
 */
export function withDockerLogin(text: string | undefined, login: DockerLogin): string {
  const old = parse(text ?? '');
  const config = isJsonObject(old) ? old : {};
  const auths = isJsonObject(config['auths']) ? config['auths'] : {};
  const others = Object.entries(auths).filter(([name]) => registryOf(name) !== registryOf(login.server));
  const added = jsonAt(parse(dockerConfigJson(login)), ['auths']);
  return JSON.stringify({ ...config, auths: { ...(isJsonObject(added) ? added : {}), ...Object.fromEntries(others) } });
}

/** Makes every login of a `.dockerconfigjson` known to the redactor. */
export function learnDockerLogins(text: string, redactor: Pick<Redactor, 'learnValues'>): void {
  redactor.learnValues(parse(text));
}

/** Every login of a `.dockerconfigjson` that has a user and a password. Secret. */
export function dockerLogins(text: string): readonly DockerLogin[] {
  const auths = jsonAt(parse(text), ['auths']);
  if (!isJsonObject(auths)) return [];
  return Object.entries(auths).flatMap(([server, login]) => {
    const named = jsonAt(login, ['username']);
    const auth = jsonAt(login, ['auth']);
    const pair = typeof auth === 'string' ? Buffer.from(auth, 'base64').toString('utf8') : '';
    const username = typeof named === 'string' ? named : (pair.split(':')[0] ?? '');
    const password = passwordOf(login);
    return username === '' || password === '' ? [] : [{ server, username, password }];
  });
}

/**
 * The private_key_id of the service account key that a `.dockerconfigjson` holds as a password.
 *
 * @param text the JSON itself, not its base64 form
 * @param server looks at this registry's entry only; without it at the first that holds a key
 * @returns undefined where there is no such key, or the text is something else
 */
export function keyIdOf(text: string, server?: string): string | undefined {
  const auths = jsonAt(parse(text), ['auths']);
  if (!isJsonObject(auths)) return undefined;
  for (const [name, login] of Object.entries(auths)) {
    if (server !== undefined && hostOf(name) !== hostOf(server)) continue;
    const keyId = jsonAt(parse(passwordOf(login)), ['private_key_id']);
    if (typeof keyId === 'string') return keyId;
  }
  return undefined;
}

function passwordOf(login: Json | undefined): string {
  const password = jsonAt(login, ['password']);
  if (typeof password === 'string') return password;
  const auth = jsonAt(login, ['auth']);
  if (typeof auth !== 'string') return '';
  const pair = Buffer.from(auth, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}

/** Host and path: a login for one path of a registry is not the registry's. */
function registryOf(server: string): string {
  return server.replace(/^https?:\/\//, '').replace(/\/(v[12]\/?)?$/, '');
}

/** Kubernetes matches `https://host`, `host` and `host/v1/` alike. */
function hostOf(server: string): string {
  return server.replace(/^https?:\/\//, '').split('/')[0] ?? '';
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
