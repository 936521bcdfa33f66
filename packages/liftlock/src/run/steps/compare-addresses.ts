import { formatRef, refOf } from '../../model/kube.ts';
import { Problem } from '../../model/problem.ts';
import type { CompareAddressesStep, KnownAddress } from '../../model/step.ts';
import { addressesIn } from '../../snapshot/addresses.ts';
import { findLive } from '../aside.ts';
import type { Handler, World } from '../world.ts';

/** An address that is another one now. */
interface Moved {
  readonly known: KnownAddress;
  readonly now: readonly string[];
}

/**
 * Compares the addresses of load balancers with those before. Where one is another, the run stays open until the names lead
 * to it, or somebody says so (D16, D19). Writes nothing.
 */
export const compareAddresses: Handler<'compare-addresses'> = {
  async observe() {
    return { observation: 'todo', note: '' };
  },

  async act() {
    return { touched: 'no', writes: 0 };
  },

  async confirm(step, world) {
    const moved = await movedOf(step, world);
    if (moved.length === 0) return { note: 'the same as before: no DNS record must be changed' };
    const list = moved.flatMap(wordsOf);
    const word = wordFor(world);
    if (word !== undefined) return { note: `affirmed by ${word}: ${list.join('; ')}`, details: { dns: list } };
    const open = await namesLeft(moved, world);
    if (open.length === 0)
      return { note: `every name leads to the new address: ${list.join('; ')}`, details: { dns: list } };
    throw new Problem('DNS_CHANGE', `DNS records must be changed: ${list.join('; ')}. ${open.join('; ')}.`, {
      advice: [
        'Change the records with your DNS provider. The platform is installed; people reach it when the names lead to it.',
        'Look again: liftlock resume',
        'Or say that it is done, where it cannot be seen from here: liftlock resume --affirm dns',
      ],
    });
  },
};

function wordsOf({ known, now }: Moved): readonly string[] {
  const change = `${known.addresses.join(', ')} -> ${now.join(', ')}`;
  if (known.hosts.length === 0) return [`${formatRef(known.object)}: ${change}`];
  return known.hosts.map((host) => `${host}: ${change}`);
}

/** Waits until each that had an address has one again: a cloud takes its time. Throws ADDRESS_PENDING. */
async function movedOf(step: CompareAddressesStep, world: World): Promise<readonly Moved[]> {
  const until = world.clock.now().getTime() + step.timeoutSeconds * 1000;
  let told = '';
  for (;;) {
    const pending: string[] = [];
    const moved: Moved[] = [];
    for (const known of step.addresses) {
      const live = await findLive(world, known.object);
      // One that the new version of the chart has no more is told by the plan.
      if (live === undefined) continue;
      const now = addressesIn(live);
      if (now.length === 0) pending.push(formatRef(refOf(live)));
      else if (now.join() !== known.addresses.join()) moved.push({ known, now });
    }
    if (pending.length === 0) return moved;
    if (world.clock.now().getTime() >= until || world.stop.signal.aborted) {
      throw new Problem('ADDRESS_PENDING', `No address yet: ${pending.join(', ')}.`, {
        advice: ['See why: kubectl describe KIND NAME', 'When it has one: liftlock resume'],
      });
    }
    const text = `waiting for an address: ${pending.join(', ')}`;
    if (text !== told) world.emit({ type: 'note', step: step.id, text });
    told = text;
    await world.clock.sleep(1000, world.stop.signal);
  }
}

/** The check's id in affirmations. A word from before this run says nothing about an address that was not there yet. */
function wordFor(world: World): string | undefined {
  const word = world.site.affirmations['dns'];
  if (word?.at === undefined || Date.parse(word.at) < Date.parse(world.startedAt)) return undefined;
  return word.by;
}

/**
 * Names that do not lead to a new address yet, in words. A Service and the Ingresses behind it share their names: any of
 * their addresses will do.
 */
async function namesLeft(moved: readonly Moved[], world: World): Promise<readonly string[]> {
  const open = moved
    .filter(({ known }) => known.hosts.length === 0)
    // Only a person can say that they do.
    .map(({ known }) => `which names lead to ${formatRef(known.object)} is not known`);
  for (const host of new Set(moved.flatMap(({ known }) => known.hosts))) {
    const now = moved.filter(({ known }) => known.hosts.includes(host)).flatMap((item) => item.now);
    const wanted = await addressesBehind(now, world);
    // Any name below a wildcard record leads where the record says.
    const found = await world.names.addressesOf(host.replace(/^\*/, 'liftlock-probe'));
    if (found.length > 0 && found.every((address) => wanted.includes(address))) continue;
    open.push(`${host} leads to ${found.join(', ') || 'nothing'} now`);
  }
  return open;
}

/** A load balancer may be known by a name: then its addresses are what that name leads to. */
async function addressesBehind(addresses: readonly string[], world: World): Promise<readonly string[]> {
  const found = await Promise.all(
    addresses.map(async (address) => (/^[\d.]+$|:/.test(address) ? [address] : world.names.addressesOf(address))),
  );
  return found.flat();
}
