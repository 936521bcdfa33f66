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
  const left = await remove({ one, collection, id, field: check.idField, headers }, world);
  if (left === undefined) return { verdict: 'passed', note: `created and deleted ${check.path}/${id}` };
  return {
    verdict: 'failed',
    note: `${one} was made and could not be removed (${left})`,
    advice: [`Remove it by hand: ${one}`],
  };
};

interface Made {
  readonly one: string;
  readonly collection: string;
  readonly id: string;
  readonly field: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Deletes what was made and looks whether it is gone: by its own address, and in the list, since an API without such an
 * address answers 404 there at all times.
 *
 * @returns why it may still be there; nothing is thrown, for then nobody would learn what is left behind
 */
async function remove({ one, collection, id, field, headers }: Made, world: World): Promise<string | undefined> {
  try {
    const deleted = await world.web.fetch({ url: one, method: 'DELETE', headers });
    if (deleted.status >= 300) return `DELETE answers ${deleted.status}`;
    const after = await world.web.fetch({ url: one, headers });
    if (after.status < 300) return `GET still answers ${after.status}`;
    const listed = await world.web.fetch({ url: collection, headers });
    const list = listed.status < 300 ? parsed(listed.body) : undefined;
    if (list !== undefined) return holds(list, field, id) ? 'the list still has it' : undefined;
    const isGone = after.status === 404 || after.status === 410;
    return isGone ? undefined : `GET answers ${after.status}, the list ${listed.status}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** True where an object anywhere in the answer has this id. */
function holds(value: Json | undefined, field: string, id: string): boolean {
  if (Array.isArray(value)) return (value as readonly Json[]).some((item) => holds(item, field, id));
  if (!isJsonObject(value)) return false;
  const own = value[field];
  if ((typeof own === 'string' || typeof own === 'number') && String(own) === id) return true;
  return Object.values(value).some((inner) => holds(inner, field, id));
}

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
  const value = parsed(body);
  const id = isJsonObject(value) ? value[field] : undefined;
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
}

function parsed(body: string): Json | undefined {
  try {
    return JSON.parse(body) as Json;
  } catch {
    return undefined;
  }
}
