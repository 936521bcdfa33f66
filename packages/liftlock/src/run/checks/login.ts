import { affirmed, type Look } from './check-result.ts';
import { logInTestUser, tokenEndpoint } from './test-user.ts';

/**
 * A user can log in: the issuer's OpenID discovery answers and, where the site gives a user for tests, its token endpoint
 * takes that user's password.
 */
export const login: Look<'login'> = async (check, _step, world) => {
  const settings = world.site.checks[check.id];
  if (settings?.url === undefined) {
    return (
      affirmed(check, world) ?? { verdict: 'pending', note: `no issuer in the site file (checks.${check.id}.url)` }
    );
  }
  const answer = await logInTestUser(settings, world);
  if (answer === undefined) {
    const found = await tokenEndpoint(settings.url, world);
    if ('refusal' in found) return { verdict: 'failed', note: found.refusal };
    const note = `${settings.url} answers; nobody has logged in (checks.${check.id} names no test user)`;
    return affirmed(check, world) ?? { verdict: 'pending', note };
  }
  if ('refusal' in answer) return { verdict: 'failed', note: answer.refusal };
  return { verdict: 'passed', note: `${settings.username ?? 'the test user'} logs in` };
};
