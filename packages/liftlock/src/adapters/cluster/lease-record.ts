import { isJsonObject, type Json } from '../../model/json.ts';
import { exitCodes, Problem } from '../../model/problem.ts';

/** What a Lease object says. */
export interface LeaseRecord {
  /** Name, namespace and resourceVersion: sent back, they make a write fail when another was faster. */
  readonly metadata: { readonly name: string; readonly namespace: string; readonly resourceVersion: string };
  readonly holder: string;
  readonly transitions: number;
  readonly durationSeconds: number;
  /** ISO 8601 by the holder's clock. */
  readonly acquireTime: string;
  readonly renewTime: string;
}

/** Reads a Lease of any writer; what is missing gets a default. */
export function parseLease(value: unknown): LeaseRecord {
  const lease = isJsonObject(value) ? value : {};
  const metadata = isJsonObject(lease['metadata']) ? lease['metadata'] : {};
  const spec = isJsonObject(lease['spec']) ? lease['spec'] : {};
  return {
    metadata: {
      name: textOf(metadata['name']),
      namespace: textOf(metadata['namespace']),
      resourceVersion: textOf(metadata['resourceVersion']),
    },
    holder: textOf(spec['holderIdentity']),
    transitions: numberOf(spec['leaseTransitions'], 0),
    durationSeconds: numberOf(spec['leaseDurationSeconds'], 30),
    acquireTime: textOf(spec['acquireTime']),
    renewTime: textOf(spec['renewTime']),
  };
}

/** Who, since when and from where. */
export function heldProblem(found: LeaseRecord, asked: { readonly namespace: string; readonly name: string }): Problem {
  const since = found.acquireTime === '' ? '' : ` since ${found.acquireTime.replace(/\.\d+Z$/, 'Z')}`;
  return new Problem('LEASE_HELD', `Another run is at work on this platform: ${found.holder}${since}.`, {
    advice: [
      'Wait until it is done; where it runs, `liftlock status` shows how far it is.',
      `If it is dead, its lease ${asked.namespace}/${asked.name} lapses ${found.durationSeconds} s after its end; then: liftlock resume`,
    ],
    exitCode: exitCodes.blocked,
    details: { holder: found.holder, acquireTime: found.acquireTime, renewTime: found.renewTime },
  });
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function numberOf(value: Json | undefined, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}
