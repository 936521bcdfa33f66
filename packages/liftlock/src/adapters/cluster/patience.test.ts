import { expect, test } from 'vitest';
import { Problem } from '../../model/problem.ts';
import { makePatience } from './patience.ts';

const refused = new Problem('CLUSTER_UNREACHABLE', 'nobody listens', { details: { code: 'ECONNREFUSED' } });
const busy = new Problem('CLUSTER_UNREACHABLE', 'too many requests', { details: { status: 429 } });
const failing = new Problem('CLUSTER_UNREACHABLE', 'unavailable', { details: { status: 503 } });
const loggedOut = new Problem('CLUSTER_LOGIN_FAILED', 'log in again', {});

/** A clock that goes on by the pauses alone, and what was told. */
function patienceOf(graceMs: number | undefined, isReady = false) {
  let now = 1000;
  const pauses: number[] = [];
  const told: string[] = [];
  const patience = makePatience(async () => isReady, {
    now: () => now,
    sleep: async (milliseconds) => {
      pauses.push(milliseconds);
      now += milliseconds;
    },
  });
  if (graceMs !== undefined)
    patience.begin({
      milliseconds: graceMs,
      signal: new AbortController().signal,
      onAway: (seconds, { code }) => told.push(`${code} since ${seconds} s`),
      onBack: (seconds) => told.push(`back after ${seconds} s`),
    });
  /** Tries until nobody waits any longer; the pauses in between. */
  const exhaust = async (failure: Problem, askedMs?: number) => {
    pauses.splice(0);
    const call = patience.ofCall();
    while (await call.again(failure, { askedMs }));
    return [...pauses];
  };
  return { patience, exhaust, told };
}

test('pauses grow up to five seconds, each a part of itself, so that many callers do not come together', async () => {
  const { exhaust } = patienceOf(120_000);
  const [one, other] = [await exhaust(refused), await patienceOf(120_000).exhaust(refused)];
  const full = one.map((_, index) => Math.min(250 * 2 ** index, 5_000));
  for (const [index, most] of full.entries()) {
    expect(one[index]).toBeGreaterThanOrEqual(most / 2);
    expect(one[index]).toBeLessThanOrEqual(most);
  }
  expect(one.length).toBeGreaterThan(20);
  expect(one).not.toEqual(other);
});

test('those who only look try five times, and wait no longer than five seconds for what is asked', async () => {
  const { exhaust } = patienceOf(undefined);
  expect(await exhaust(failing)).toHaveLength(4);
  expect(await exhaust(busy, 30_000)).toEqual([5_000, 5_000, 5_000, 5_000]);
});

test('a run waits as long as Retry-After asks, and for as long as it waits at all, without calling it an absence', async () => {
  const { exhaust, told } = patienceOf(600_000, true);
  const pauses = await exhaust(busy, 30_000);
  expect([pauses, told]).toEqual([Array.from({ length: 20 }, () => 30_000), []]);
  const [whole] = await patienceOf(60_000).exhaust(busy, 3_600_000);
  expect(whole).toBe(60_000);
});

test.each([
  ['an API server', refused],
  ['an API server that is not ready', failing],
  ['a login', loggedOut],
])('a run waits for %s up to the time that it has, and says so once', async (_, failure) => {
  const { patience, exhaust, told } = patienceOf(60_000);
  const waited = (await exhaust(failure)).reduce((sum, pause) => sum + pause, 0);
  expect(waited).toBeGreaterThanOrEqual(60_000);
  expect(waited).toBeLessThanOrEqual(65_000);
  expect(told).toEqual([expect.stringMatching(new RegExp(`^${failure.code} since (?:6|7|8|9|1\\d) s$`))]);
  // What comes after it is over is not waited for again.
  expect(await exhaust(failure)).toEqual([]);
  expect(patience.awayMs()).toBeGreaterThanOrEqual(60_000);
});

test('what lies behind an API server that is ready is given up after five tries', async () => {
  const { exhaust, told } = patienceOf(600_000, true);
  expect(await exhaust(failing)).toHaveLength(4);
  expect(told).toEqual([]);
});

test('whoever asks the run to stop is not kept waiting', async () => {
  const patience = makePatience(async () => false);
  const stop = new AbortController();
  patience.begin({ milliseconds: 600_000, signal: stop.signal, onAway: () => undefined, onBack: () => undefined });
  const asked = patience.ofCall().again(busy, { askedMs: 600_000 });
  stop.abort();
  expect([await asked, patience.isPatient]).toEqual([false, false]);
});
