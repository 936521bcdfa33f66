import { foldJournal, touchedBy, type RunState } from '../journal/fold.ts';
import { hopOf, hopWords } from '../model/hops.ts';
import type { EntryBody } from '../model/journal.ts';
import type { Json } from '../model/json.ts';
import type { JournalStore } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';
import type { HealthItem } from '../model/snapshot.ts';
import { isAsAnnounced, type HopDifferences } from '../plan/hop-differences.ts';
import { carryOut } from '../run/engine.ts';
import { runLost } from '../run/lease-lost.ts';
import { handlers } from '../run/steps/registry.ts';
import { hopChanged, stoppedOnRequest } from '../run/stop-reasons.ts';
import { blockersOf } from './decisions.ts';
import { makeWorld, type WorldParts } from './make-world.ts';
import { hopRemedy, planNextHop, type NextHop } from './plan-next-hop.ts';

/** Whoever answers for the approval that was given for the whole route. */
export interface HopGate {
  /** Goes on over what has changed since, where nothing that destroys or that cannot be taken back was added. */
  readonly yes: boolean;
  /** Shows the plan of a hop that does not begin, and why. */
  show(next: NextHop): void;
}

export interface HopsParts extends Omit<WorldParts, 'state'> {
  readonly run: string;
  readonly store: JournalStore;
  readonly hops?: HopGate | undefined;
}

/**
 * Carries out a run hop by hop: when one is finished and verified, the next is planned and forecast from how things are
 * then, and begins where it is what was announced.
 */
export async function carryOutHops(parts: HopsParts): Promise<RunState> {
  const { run, store } = parts;
  for (;;) {
    const state = foldJournal(store.entries(run));
    const world = await makeWorld({ ...parts, state });
    const ended = await carryOut({ run, store, handlers, world });
    if (ended.status !== 'running') return ended;
    await beginNextHop(parts, ended);
  }
}

async function beginNextHop(parts: HopsParts, state: RunState): Promise<void> {
  const { site, emit, stop, hops, lease } = parts;
  const next = await planNextHop(site, state).catch((error: unknown) => {
    if (!isProblem(error)) throw error;
    return error;
  });
  if (await lease.isLost()) throw runLost(state.run, touchedBy(state));
  if (isProblem(next)) {
    emit({ type: 'stopped', reason: `the next hop could not be planned: ${next.message}` });
    return;
  }
  for (const text of differenceWords(next.differences)) emit({ type: 'note', text: `${titleOf(next)}: ${text}` });
  const reason = stop.level === 'none' ? whyNotYet(next, hops?.yes === true) : stoppedOnRequest;
  if (reason !== undefined) {
    hops?.show(next);
    emit({ type: 'stopped', reason });
    return;
  }
  emit({ type: 'hop-planned', plan: next.plan });
  emit(baselineEntry(next.snapshot.health));
}

function titleOf({ plan }: NextHop): string {
  const hop = hopOf(plan);
  return `${hopWords(plan)}, ${hop?.from ?? ''} to ${hop?.to ?? ''}`;
}

/** Why a planned hop may not begin by itself; undefined where it may. */
export function whyNotYet(next: NextHop, yes: boolean): string | undefined {
  const { plan, differences } = next;
  const blockers = blockersOf(plan.forecast.findings);
  if (blockers.length > 0) {
    const codes = [...new Set(blockers.map(({ code }) => code))];
    return `${titleOf(next)} would fail: ${codes.join(', ')}`;
  }
  const isAllowed = plan.decisions.some(({ remedy }) => remedy === hopRemedy(plan));
  if (isAsAnnounced(differences) || isAllowed || (yes && !differences.isHarmful)) return undefined;
  return hopChanged;
}

/** What is otherwise than announced, a line each. */
export function differenceWords({ added, changed, gone, moved }: HopDifferences): readonly string[] {
  return [
    ...added.map(({ title }) => `not announced: ${title}`),
    ...changed.map(({ title }) => `otherwise than announced: ${title}`),
    ...gone.map(({ title }) => `not needed any more: ${title}`),
    ...moved.map((what) => `changed since: ${what}`),
  ];
}

/** The health before a hop, for the journal. */
export function baselineEntry(health: readonly HealthItem[]): EntryBody {
  return { type: 'baseline', health: { items: health as unknown as Json } };
}
