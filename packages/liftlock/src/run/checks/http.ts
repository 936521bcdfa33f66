import { affirmed, type Look } from './check-result.ts';

/** A page answers with 2xx or 3xx and holds the expected text. */
export const http: Look<'http'> = async (check, _step, world) => {
  const url = world.site.checks[check.id]?.url;
  if (url === undefined) {
    return affirmed(check, world) ?? { verdict: 'pending', note: `no url in the site file (checks.${check.id}.url)` };
  }
  const answer = await world.web.fetch({ url });
  if (answer.status >= 400 || answer.status < 200)
    return { verdict: 'failed', note: `${url} answers ${answer.status}` };
  if (check.expects !== undefined && !answer.body.includes(check.expects)) {
    return {
      verdict: 'failed',
      note: `${url} answers ${answer.status}, but its page does not hold "${check.expects}"`,
    };
  }
  return { verdict: 'passed', note: `${url} answers ${answer.status}` };
};
