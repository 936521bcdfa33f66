import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { up, type KubeObject, type Sandbox } from '@liftlock/sandbox';
import type { FaultAct, FaultProxy } from './fault-proxy.ts';
import { seeded } from './kill.ts';
import type { Outcome, Started } from './liftlock.ts';
import { openTrouble, undisturbed, type Trouble } from './trouble.ts';

/** How an upgrade went while the cluster failed. */
export interface TroubledRun {
  /** Requests that were met, connections that were cut, programs that were taken away. */
  readonly faults: number;
  /** What happened, a line each. */
  readonly story: readonly string[];
  /** What is otherwise than after an undisturbed upgrade; empty where nothing is. */
  readonly wrong: readonly string[];
}

/** After so many tries it is not made harder any more, and after a few more somebody would have to look. */
const troubledTries = 6;
const mostTries = 9;
/** Faults that wait for a request at the same time: more would only pile up while nothing is asked. */
const mostWaiting = 3;

const reads: readonly FaultAct[] = [
  { status: 429, retryAfter: 1 },
  { status: 500 },
  { status: 503, isPlain: true },
  { status: 504 },
  { reset: 'before' },
  { reset: 'after' },
  { reset: 'within' },
  { slowMs: 1500 },
  { stale: true },
];
const writes: readonly FaultAct[] = [
  { status: 429, retryAfter: 1 },
  { status: 500, message: 'etcdserver: leader changed' },
  { reset: 'before' },
  { reset: 'after' },
  { reset: 'within' },
  { slowMs: 1500 },
];

/**
 * One upgrade through a proxy that fails at random times in random ways, the same for the same seed as far as times allow. What
 * stops is gone on with by `resume`; in the end everything is as after an undisturbed upgrade.
 */
export async function failAtRandom(sandbox: Sandbox, seed: number): Promise<TroubledRun> {
  const random = seeded(seed);
  const helm = random() < 0.5 ? 'helm3' : 'helm4';
  const trouble = await openTrouble(sandbox, { helm, viaProxy: true, graces: { apiServer: '60s' } });
  const story = [`seed ${seed}, ${helm}`];
  const over = new AbortController();
  try {
    const upgrade = await trouble.begin();
    const failing = keepFailing(trouble.front(), random, story, over.signal);
    const wrong = await toTheEnd(trouble, upgrade, story, async () => {
      over.abort();
      await failing;
    });
    over.abort();
    return { faults: await failing, story, wrong };
  } finally {
    over.abort();
    await trouble.close();
  }
}

async function keepFailing(
  proxy: FaultProxy,
  random: () => number,
  story: string[],
  signal: AbortSignal,
): Promise<number> {
  const met: (() => number)[] = [];
  const isFull = () => met.filter((times) => times() === 0).length >= mostWaiting;
  let others = 0;
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  while (!signal.aborted) {
    const kind = random();
    if (kind < 0.6 && isFull()) {
      // Those that are there are met first.
    } else if (kind < 0.45) met.push(proxy.add({ act: pick(reads), method: /GET/, skip: Math.floor(random() * 4) }));
    else if (kind < 0.6) met.push(proxy.add({ act: pick(writes), method: /POST|PUT|PATCH|DELETE/ }));
    else {
      others += 1;
      const words = await fail(proxy, kind, random, signal);
      story.push(words);
    }
    await sleep(200 + random() * 1000, undefined, { signal }).catch(() => undefined);
  }
  proxy.clear();
  await proxy.up();
  return others + met.reduce((sum, times) => sum + times(), 0);
}

async function fail(proxy: FaultProxy, kind: number, random: () => number, signal: AbortSignal): Promise<string> {
  if (kind < 0.7) return `${proxy.breakWatches(random() < 0.5 ? 'gone' : 'closed')} watches broken`;
  if (kind < 0.78) {
    proxy.expireToken();
    return 'the token expired';
  }
  if (kind < 0.84) {
    proxy.rotateCertificate();
    return 'the certificate changed';
  }
  if (kind < 0.94) {
    proxy.cut();
    return 'all connections cut';
  }
  const seconds = 1 + random() * 12;
  proxy.down();
  await sleep(seconds * 1000, undefined, { signal }).catch(() => undefined);
  await proxy.up();
  return `away for ${seconds.toFixed(1)} s`;
}

/** Goes on until the run is through, and compares. */
async function toTheEnd(
  trouble: Trouble,
  begun: Started,
  story: string[],
  calm: () => Promise<void> = async () => undefined,
): Promise<readonly string[]> {
  let ended: Outcome = await begun.done;
  for (let tries = 1; ended.code !== 0; tries += 1) {
    const line = /^.*FAILED.*$/m.exec(ended.stdout)?.[0] ?? ended.stderr;
    story.push(`exit ${ended.code}: ${line.trim().slice(0, 300)}`);
    if (tries >= mostTries) return [`not through after ${tries} tries: ${ended.stderr.slice(-1500)}`];
    if (tries >= troubledTries) await calm();
    ended = await trouble.release.operator.run('resume', '--yes');
  }
  const { helms, revisions, ...rest } = await trouble.endState();
  const { helms: _helms, revisions: _revisions, ...wanted } = undisturbed;
  story.push(`${helms} helms, revisions ${revisions.join(', ')}`);
  const isEqual = isDeepStrictEqual(rest, wanted);
  const deployed = revisions.filter((revision) => revision.endsWith(' deployed'));
  const pending = revisions.filter((revision) => revision.includes(' pending-'));
  return [
    ...(isEqual ? [] : [`${JSON.stringify(rest)} instead of ${JSON.stringify(wanted)}`]),
    ...(deployed.length === 1 && pending.length === 0 ? [] : [`revisions ${revisions.join(', ')}`]),
  ];
}

/**
 * An upgrade during which etcd is held still for so long, one during which the API server is away, and one that loses the
 * node of its new pod; on a control plane of its own.
 */
export async function failForLong(seconds: number): Promise<TroubledRun> {
  const sandbox = await up();
  const story: string[] = [];
  const wrong: string[] = [];
  try {
    for (const [name, away, back] of [
      ['etcd', 'pause', 'continue'],
      ['kube-apiserver', 'stop', 'start'],
    ] as const) {
      const trouble = await openTrouble(sandbox, { helm: 'helm3', viaProxy: false });
      try {
        const upgrade = await trouble.begin();
        await upgrade.printed('shop/upgrade: Upgrade Shop');
        await sandbox.components.act(name, away);
        await sleep(seconds * 1000);
        await sandbox.components.act(name, back);
        story.push(`${name} away for ${seconds} s`);
        wrong.push(...(await toTheEnd(trouble, upgrade, story)));
        if (!upgrade.output().includes('The API server does not answer since')) wrong.push(`${name}: nothing was said`);
      } finally {
        await trouble.close();
      }
    }
    wrong.push(...(await loseNode(sandbox, story)));
    return { faults: 3, story, wrong };
  } finally {
    await sandbox.down();
  }
}

/** A node is taken out of the cluster while helm waits for the new pod, which starts there: it is made anew elsewhere. */
async function loseNode(sandbox: Sandbox, story: string[]): Promise<readonly string[]> {
  // The cluster forgets the pods of a node that is gone after about a minute.
  const trouble = await openTrouble(sandbox, { helm: 'helm4', viaProxy: false, timeout: '5m' });
  const pods = `/api/v1/namespaces/${trouble.release.world.namespace}/pods`;
  const newPod = async () => {
    const { items } = await sandbox.api.list<PlacedPod>(pods);
    return items.find(({ spec }) => spec.nodeName !== undefined && spec.containers[0]?.image === 'team/web:2.0.0');
  };
  try {
    const upgrade = await trouble.begin();
    const match = { namespace: trouble.release.world.namespace, podNamePrefix: 'web-' };
    const slow = await sandbox.faults.set({ kind: 'slow', seconds: 600, match });
    const lost = await until('the new pod has a node', newPod);
    await sandbox.api.delete(`/api/v1/nodes/${lost.spec.nodeName}`);
    await until('the pod is made anew', async () => {
      const other = await newPod();
      return other?.metadata.uid === lost.metadata.uid ? undefined : other;
    });
    await slow.clear();
    story.push(`${lost.spec.nodeName} lost`);
    const { code } = await upgrade.done;
    // Nobody has to go on with it.
    return [...(code === 0 ? [] : ['the upgrade did not wait']), ...(await toTheEnd(trouble, upgrade, story))];
  } finally {
    await trouble.close();
  }
}

interface PlacedPod extends KubeObject {
  readonly spec: { readonly nodeName?: string; readonly containers: readonly { readonly image: string }[] };
}

/** Looks for three minutes. */
async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (let looks = 0; looks < 360; looks += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(500);
  }
  throw new Error(`never: ${what}`);
}
