import { isJsonObject, type Json } from '../../model/json.ts';
import type { World } from '../world.ts';
import { affirmed, type Look } from './check-result.ts';
import { logInTestUser } from './test-user.ts';

/** The platform's core function through its API: create one thing, delete it, and see that it is gone. */
export const createDelete: Look<'create-delete'> = async (check, _step, world) => {
  const settings = world.site.checks[check.id];
  if (settings?.url === undefined) {
    return affirmed(check, world) ?? { verdict: 'pending', note: `no url in the site file (checks.${check.id}.url)` };
  }
  const collection = `${settings.url.replace(/\/$/, '')}${check.path}`;
  const token = await tokenFor(settings.tokenFile, world);
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
  const created = await world.web.fetch({ url: collection, method: 'POST', headers, body: JSON.stringify(check.body) });
  if (created.status >= 300) return { verdict: 'failed', note: `POST ${collection} answers ${created.status}` };
  const id = idIn(created.body, check.idField);
  if (id === undefined) {
    return {
      verdict: 'failed',
      note: `POST ${collection} answers without a field "${check.idField}": what it made may be left behind`,
    };
  }
  const one = `${collection}/${encodeURIComponent(id)}`;
  const deleted = await world.web.fetch({ url: one, method: 'DELETE', headers });
  const listed = await world.web.fetch({ url: collection, headers });
  if (deleted.status >= 300 || listed.status >= 300 || listed.body.includes(id)) {
    return {
      verdict: 'failed',
      note: `${one} was made and could not be removed (DELETE answers ${deleted.status})`,
      advice: [`Remove it by hand: ${one}`],
    };
  }
  return { verdict: 'passed', note: `created and deleted ${check.path}/${id}` };
};

/** The site's token, or one of the user that the login check names. */
async function tokenFor(tokenFile: string | undefined, world: World): Promise<string | undefined> {
  if (tokenFile !== undefined) {
    const token = (await world.readSecretFile(tokenFile)).trim();
    world.redactor.learn(token);
    return token;
  }
  const login = world.platform.checks.find((check) => check.kind === 'login');
  const settings = login === undefined ? undefined : world.site.checks[login.id];
  const answer = settings === undefined ? undefined : await logInTestUser(settings, world);
  return answer !== undefined && 'token' in answer ? answer.token : undefined;
}

function idIn(body: string, field: string): string | undefined {
  try {
    const value = JSON.parse(body) as Json;
    const id = isJsonObject(value) ? value[field] : undefined;
    return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
  } catch {
    return undefined;
  }
}
