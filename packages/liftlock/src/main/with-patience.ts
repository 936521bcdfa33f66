import { durationSeconds } from '../model/duration.ts';
import type { EntryBody } from '../model/journal.ts';
import type { StopRequest } from '../run/world.ts';
import { gracesOf } from './make-world.ts';
import type { OpenSite } from './open-site.ts';

/** While this is done an API server that is away is waited for, which the journal and the screen say once an absence. */
export async function withPatience<T>(
  site: OpenSite,
  parts: { readonly stop: StopRequest; readonly emit: (body: EntryBody) => void },
  work: () => Promise<T>,
): Promise<T> {
  const seconds = durationSeconds(gracesOf(site).apiServer);
  const note = (text: string) => parts.emit({ type: 'note', text });
  const end = site.connection.patience.begin({
    milliseconds: seconds * 1000,
    signal: parts.stop.signal,
    onAway: (since, { code, message }) => {
      const waiting = `waiting up to ${inWords(seconds)} (graces.apiServer)`;
      if (code === 'CLUSTER_LOGIN_FAILED') note(`${message} Nobody is logged in since ${since} s; ${waiting}`);
      else note(`The API server does not answer since ${since} s; ${waiting}`);
    },
    onBack: (since) => note(`The API server answers again, after ${since} s`),
  });
  try {
    return await work();
  } finally {
    end();
  }
}

function inWords(seconds: number): string {
  return seconds >= 60 && seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}
