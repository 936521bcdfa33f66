import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { JsonObject } from '../../src/model/json.ts';

/** What is seen of a container that waits, runs or ended, in short. */
export interface SeenPod {
  readonly name?: string;
  readonly revision?: number;
  /** The one container is an init container. */
  readonly init?: boolean;
  /** Reason and message of its waiting state. */
  readonly waiting?: string;
  readonly message?: string;
  readonly running?: boolean;
  readonly notReady?: boolean;
  /** The scheduler's words, where no node takes it. */
  readonly unschedulable?: string;
  readonly container?: JsonObject;
  readonly spec?: JsonObject;
  /** More of the container's status, and of the pod's. */
  readonly status?: JsonObject;
  readonly podStatus?: JsonObject;
}

/** One thing that is seen of the release, in order. */
export interface Seen {
  readonly pod?: SeenPod;
  readonly event?: { readonly on?: string; readonly reason: string; readonly message: string; readonly count?: number };
  readonly object?: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
    readonly spec?: JsonObject;
    readonly status?: JsonObject;
  };
  /** The words with which the cluster refuses to create pods of the Deployment. */
  readonly refused?: string;
  /** Seconds that pass. */
  readonly after?: number;
}

/** What a person who knows Kubernetes and helm says of a case; written before the tool was asked. */
export interface Label {
  /** A finding code; UNKNOWN: that it cannot be named; NONE: that nothing is wrong yet. */
  readonly class: string;
  /** `KIND NAME`, empty where the words name none. */
  readonly object?: string;
  readonly field?: string;
  /** The id of the first remedy. */
  readonly remedy?: string;
  /** Destructive remedies that may be offered; every other one is wrong. */
  readonly mayDestroy?: readonly string[];
  /** Remedies that would be wrong, destructive or not. */
  readonly never?: readonly string[];
}

/** One failure, as the cluster or helm tells it. */
export interface DiagnosisCase {
  readonly theme: string;
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly see?: readonly Seen[];
  readonly words?: string;
  readonly force?: boolean;
  readonly rollback?: boolean;
  readonly expect: Label;
}

/** All labelled failures: each file of this folder is a theme. */
export function diagnosisCases(): readonly DiagnosisCase[] {
  const folder = new URL('./', import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .toSorted((a, b) => a.localeCompare(b))
    .flatMap((name) =>
      (parse(readFileSync(new URL(name, folder), 'utf8')) as DiagnosisCase[]).map((item) => ({
        ...item,
        theme: name.replace('.yaml', ''),
      })),
    );
}
