import { z } from 'zod';

/** `600s`, `10m`: a duration as helm's --timeout takes it. Kept as seconds. */
export const Duration = z
  .string()
  .regex(/^\d+(s|m|h)$/, 'a duration such as 600s or 10m')
  .meta({ description: 'A duration such as 600s or 10m' });

/** Seconds of a Duration. */
export function durationSeconds(text: string): number {
  const unit = { s: 1, m: 60, h: 3600 }[text.slice(-1)] ?? 1;
  return Number(text.slice(0, -1)) * unit;
}

const Name = z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'lower-case letters, digits and dashes');

export const PlatformOption = z.strictObject({
  enum: z.array(z.string()).min(1).describe('The values that the option may take'),
  default: z.string().optional(),
  description: z.string().optional(),
});
export type PlatformOption = z.infer<typeof PlatformOption>;

export const RegistryKey = z.strictObject({
  lifetime: z.number().int().positive().describe('Days after which the vendor lets a key expire'),
  warnAfter: z.number().int().positive().describe('Days after which to warn'),
});

export const PullSecret = z.strictObject({
  name: z.string().describe('Name of the Secret of type kubernetes.io/dockerconfigjson in the platform namespace'),
  server: z.string(),
  username: z.string(),
});
export type PullSecret = z.infer<typeof PullSecret>;

export const PlatformRegistry = z.strictObject({
  host: z.string(),
  login: z.strictObject({ username: z.string(), guideCommand: z.string().optional() }).optional(),
  key: RegistryKey.optional(),
  pullSecret: PullSecret.optional(),
});
export type PlatformRegistry = z.infer<typeof PlatformRegistry>;

export const Outage = z.strictObject({
  expected: z.boolean().describe('Will users notice while this component is upgraded'),
  why: z.string(),
});

export const Component = z.strictObject({
  name: Name,
  title: z.string(),
  description: z.string().optional(),
  release: Name.describe('The name of the Helm release'),
  namespace: z.string().optional().describe('Only where it differs from the platform namespace'),
  chart: z.strictObject({ oci: z.string().startsWith('oci://') }),
  values: z.strictObject({
    files: z
      .array(z.string())
      .min(1)
      .describe('Values files below the folder that the site gives as valuesFrom; {options.NAME} is replaced'),
  }),
  timeout: Duration.describe("helm's --timeout, as the guide gives it"),
  migrates: z
    .strictObject({
      containers: z.array(z.string()).min(1),
      note: z.string(),
    })
    .optional()
    .describe('Containers that migrate data when they start: never interrupted, and no rollback after they ran'),
  outage: Outage.optional(),
  images: z.array(z.string()).optional(),
});
export type Component = z.infer<typeof Component>;

export const ChecklistItem = z.strictObject({
  id: Name,
  title: z.string(),
  why: z.string().optional(),
  affirm: z
    .enum(['person', 'window', 'measured'])
    .describe('person: someone says so; window: the maintenance window; measured: liftlock checks it itself'),
});
export type ChecklistItem = z.infer<typeof ChecklistItem>;

/** What is looked at after the last component: the guide's success criteria and functional tests. */
export const Check = z.discriminatedUnion('kind', [
  z.strictObject({ id: Name, kind: z.literal('pods'), title: z.string() }),
  z.strictObject({ id: Name, kind: z.literal('releases'), title: z.string() }),
  z.strictObject({
    id: Name,
    kind: z.literal('http'),
    title: z.string(),
    expects: z.string().optional().describe('Text that the page must hold'),
  }),
  z.strictObject({ id: Name, kind: z.literal('login'), title: z.string() }),
  z.strictObject({
    id: Name,
    kind: z.literal('create-delete'),
    title: z.string(),
    path: z.string().describe('Collection path of the API below the site url'),
    body: z.record(z.string(), z.unknown()),
    idField: z.string(),
  }),
  z.strictObject({
    id: Name,
    kind: z.literal('logs'),
    title: z.string(),
    patterns: z.strictObject({ error: z.string(), warning: z.string() }),
  }),
]);
export type Check = z.infer<typeof Check>;

export const Trouble = z.strictObject({
  findings: z.array(z.string()).min(1).describe('Finding codes that this entry explains'),
  title: z.string(),
  steps: z.array(z.string()).min(1),
  contact: z.string().optional(),
});
export type Trouble = z.infer<typeof Trouble>;

export const Graces = z.strictObject({
  imageRefusals: z.number().int().positive().describe('Refused pulls of one image before the wait ends'),
  transientPull: Duration.describe('Grace for 429, 5xx, time-outs and DNS'),
  unschedulable: Duration,
  missingReference: Duration.describe('Grace for a Secret or ConfigMap key that is not there'),
  crashRestarts: z.number().int().positive(),
  minReady: Duration.describe('How long a workload must stay healthy to count as healthy'),
});
export type Graces = z.infer<typeof Graces>;

/** O13 and O16: used where neither definition nor site says otherwise. */
export const defaultGraces: Graces = {
  imageRefusals: 2,
  transientPull: '120s',
  unschedulable: '300s',
  missingReference: '30s',
  crashRestarts: 3,
  minReady: '10s',
};

/** A vendor's product as data: what its upgrade guide says. */
export const Platform = z.strictObject({
  apiVersion: z.literal('liftlock.dev/v1alpha1'),
  kind: z.literal('Platform'),
  metadata: z.strictObject({
    name: Name,
    title: z.string(),
    guide: z.strictObject({ title: z.string(), url: z.string().optional() }),
  }),
  tools: z.strictObject({ helm: z.string().describe('A semver range, such as >=3.16.0') }),
  options: z.record(Name, PlatformOption).default({}),
  namespace: Name,
  registry: PlatformRegistry.optional(),
  components: z.array(Component).min(1).describe('In the order in which they are upgraded'),
  checklist: z.array(ChecklistItem).default([]),
  checks: z.array(Check).default([]),
  graces: Graces.partial().optional(),
  troubleshooting: z.array(Trouble).default([]),
  support: z.strictObject({ contact: z.string(), faq: z.string().optional() }).optional(),
});
export type Platform = z.infer<typeof Platform>;
