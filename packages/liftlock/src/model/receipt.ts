import { z } from 'zod';
import { Duration } from './duration.ts';
import type { KubeObject } from './kube.ts';

const Name = z.string().regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'lower-case letters, digits, dots and dashes');

/** Where a backup of before the upgrade would be seen. */
export const ReceiptSource = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('velero').describe('A Backup of Velero, completed without errors'),
    namespace: Name.default('velero').describe('Where Velero keeps its Backups'),
    includes: z
      .array(Name)
      .min(1)
      .optional()
      .describe('Namespaces that it must hold; where absent, those of the components that are upgraded'),
  }),
  z.strictObject({
    kind: z.literal('volume-snapshots').describe('A VolumeSnapshot that is ready to use, of every claim'),
    namespace: Name.optional().describe("Of the claims; where absent, that of the platform, or each component's own"),
    claims: z
      .array(Name)
      .min(1)
      .optional()
      .describe(
        'Where absent, every claim of the components that migrate data, of which each must have one; or else of all that are upgraded',
      ),
  }),
  z.strictObject({
    kind: z.literal('job').describe('A Job that has succeeded'),
    name: Name.describe('Its name'),
    namespace: Name.optional().describe('The namespace of the platform where absent'),
  }),
  z.strictObject({
    kind: z.literal('cron-job').describe('A Job of this CronJob that has succeeded'),
    name: Name.describe('Its name'),
    namespace: Name.optional().describe('The namespace of the platform where absent'),
  }),
  z.strictObject({
    kind: z
      .literal('run-job')
      .describe('A step of the plan that makes the backup, before anything that cannot be undone'),
    step: z.string().describe('A step of kind run-job, as MIGRATION/STEP'),
  }),
]);
export type ReceiptSource = z.infer<typeof ReceiptSource>;

/** Proofs of a backup that take the place of a person's word. */
export const Receipts = z.strictObject({
  maxAge: Duration.default('24h').describe('How old one may be, by the clock of the API server'),
  accept: z.array(ReceiptSource).min(1).describe('Any one of them will do'),
});
export type Receipts = z.infer<typeof Receipts>;

/** A claim whose data a backup has to hold. */
export interface ReceiptClaim {
  readonly component?: string | undefined;
  readonly namespace: string;
  readonly name: string;
  /** ISO 8601, by the API server; undefined where there is no such claim. */
  readonly createdAt?: string | undefined;
}

/** What the cluster holds of one source. */
export interface ReceiptReading {
  readonly source: ReceiptSource;
  /** Backups, VolumeSnapshots or Jobs, whatever their state. */
  readonly objects: readonly KubeObject[];
  /** For VolumeSnapshots: the claims that one of each is needed of. */
  readonly claims?: readonly ReceiptClaim[] | undefined;
  /** Why nothing could be read. */
  readonly why?: string | undefined;
}

/** A component as a backup has to hold it. */
export interface ReceiptComponent {
  readonly name: string;
  readonly namespace: string;
  /** The definition says that it changes its data when it starts. */
  readonly migrates: boolean;
}

/** The backups of one item of the checklist, as the cluster shows them. */
export interface ReceiptReadings {
  readonly maxAge: string;
  readonly readings: readonly ReceiptReading[];
  /** All of the platform, whether they are upgraded or not. */
  readonly components: readonly ReceiptComponent[];
}

/** A receipt that counts, as plan, journal and report keep it. */
export interface AcceptedReceipt {
  /** `Velero Backup velero/nightly-7`. */
  readonly by: string;
  /** ISO 8601: what was written later is not in it. */
  readonly at: string;
}
