import { isJsonObject, type Json } from '../../model/json.ts';
import type { CheckSettings } from '../../model/site.ts';
import type { World } from '../world.ts';

export type LoginAnswer = { readonly token: string } | { readonly refusal: string };

/** The token endpoint that an OpenID issuer's discovery names, or why there is none. */
export async function tokenEndpoint(
  issuer: string,
  world: World,
): Promise<{ readonly endpoint: string } | { readonly refusal: string }> {
  const discovery = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const answer = await world.web.fetch({ url: discovery });
  const document = answer.status === 200 ? parse(answer.body) : undefined;
  const endpoint = isJsonObject(document) ? document['token_endpoint'] : undefined;
  if (typeof endpoint === 'string') return { endpoint };
  return { refusal: `${discovery} answers ${answer.status} without a token endpoint` };
}

/** Logs the site's test user in, by the password grant; undefined where the site names none. */
export async function logInTestUser(settings: CheckSettings, world: World): Promise<LoginAnswer | undefined> {
  const { url, username, passwordFile, clientId, clientSecretFile } = settings;
  if (url === undefined || username === undefined || passwordFile === undefined) return undefined;
  const found = await tokenEndpoint(url, world);
  if ('refusal' in found) return found;
  const secret = async (file: string) => {
    const text = (await world.readSecretFile(file)).trim();
    world.redactor.learn(text);
    return text;
  };
  const form = new URLSearchParams({
    grant_type: 'password',
    client_id: clientId ?? '',
    username,
    password: await secret(passwordFile),
  });
  if (clientSecretFile !== undefined) form.set('client_secret', await secret(clientSecretFile));
  const answer = await world.web.fetch({
    url: found.endpoint,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  });
  const tokens = parse(answer.body);
  const token = isJsonObject(tokens) ? tokens['access_token'] : undefined;
  if (answer.status !== 200 || typeof token !== 'string') {
    return { refusal: `${username} cannot log in: ${new URL(found.endpoint).host} answers ${answer.status}` };
  }
  world.redactor.learn(token);
  return { token };
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
