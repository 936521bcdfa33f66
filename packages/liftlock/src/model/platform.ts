import { z } from 'zod';
import { Condition } from './condition.ts';
import { Duration } from './duration.ts';
import { Fact, Identifier, ObjectQuery, PlatformInput } from './fact.ts';
import { Migration } from './migration.ts';
import { Receipts } from './receipt.ts';
import { RouteRule } from './route.ts';

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

/** Where a chart lies: in an OCI registry, or in a repository with an index.yaml. Exactly one of `oci` and `repo`. */
export const ComponentChart = z.strictObject({
  oci: z.string().startsWith('oci://').optional(),
  repo: z
    .url({ protocol: /^https$/ })
    .optional()
    .describe('Address of a chart repository, as helm repo add takes it'),
  name: Name.optional().describe('Name of the chart in the repository'),
  as: Name.optional().describe("The name under which the guide adds the repository to helm; else the chart's name"),
  archive: z
    .string()
    .optional()
    .describe('The file that the guide names where nothing can be pulled, as control-plane-{version}.tgz'),
});
export type ComponentChart = z.infer<typeof ComponentChart>;

/** Where values come from: files that the operator keeps, or the live release itself. Exactly one of `files` and `carry`. */
export const ComponentValues = z.strictObject({
  files: z
    .array(z.string())
    .min(1)
    .optional()
    .describe('Values files below the folder that the site gives as valuesFrom; {options.NAME} is replaced'),
  carry: z
    .literal('exported')
    .optional()
    .describe("exported: the live release's own values, in full; a file of the same name below valuesFrom wins"),
  file: z.string().optional().describe('The file into which the guide exports them'),
  command: Identifier.optional().describe(
    "An input: a file with the command that the vendor's console shows; its --set flags are the values",
  ),
});
export type ComponentValues = z.infer<typeof ComponentValues>;

/** Flags of the guide that helm is not given as they stand. */
export const GuideFlags = z.strictObject({
  force: z.boolean().default(false).describe('--force: helm replaces objects; left out where that would fail'),
  atomic: z.boolean().default(false).describe('--atomic: a step of its own that rolls back on failure'),
  clientSide: z
    .boolean()
    .default(false)
    .describe('--server-side=false: Helm 4 applies as Helm 3 does, as the vendor asks; Helm 3 knows no such flag'),
});
export type GuideFlags = z.infer<typeof GuideFlags>;

/** What the vendor says of how far one upgrade may go. */
export const UpgradeAdvice = z.strictObject({
  maxMinors: z.number().int().positive().describe('Minor versions that one upgrade may climb without a warning'),
  source: z.string().describe('Where the vendor says so'),
});
export type UpgradeAdvice = z.infer<typeof UpgradeAdvice>;

export const Component = z.strictObject({
  name: Name,
  title: z.string(),
  description: z.string().optional(),
  release: Name.describe('The name of the Helm release'),
  namespace: z.string().optional().describe('Only where it differs from the platform namespace'),
  chart: ComponentChart,
  values: ComponentValues,
  flags: GuideFlags.optional(),
  guideCommand: z
    .string()
    .startsWith('helm upgrade ')
    .optional()
    .describe(
      "The guide's command word by word, where it is not the usual one: {release}, {chart}, {archive}, {version}, {namespace}, {values}, {set}, {timeout}",
    ),
  guideCommands: z
    .array(z.strictObject({ when: Condition, command: z.string().startsWith('helm upgrade ') }))
    .optional()
    .describe(
      "Where the guide's command differs from case to case: the first whose condition holds, before guideCommand",
    ),
  after: Name.optional().describe('A component that must be healthy at the target version first'),
  timeout: Duration.describe("helm's --timeout, as the guide gives it; 300s, helm's own, where it gives none"),
  upgrade: UpgradeAdvice.optional(),
  migrates: z
    .strictObject({
      containers: z.array(z.string()).min(1),
      note: z.string(),
    })
    .optional()
    .describe('Containers that migrate data when they start: never interrupted, and no rollback after they ran'),
  outage: Outage.optional(),
  reinstall: z
    .boolean()
    .optional()
    .describe(
      'The guide advises to uninstall and install again where nothing lesser helps: offered as the last remedy',
    ),
  hosts: z
    .array(z.string())
    .optional()
    .describe('Paths of values that hold host names by which people reach it, besides those of its Ingresses'),
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
  receipts: Receipts.optional().describe('For an item about a backup: what proves it as well as a person who says so'),
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
    kind: z.literal('condition'),
    title: z.string(),
    component: Name.optional().describe(
      'What it is about; without one it is asked only after an upgrade of all components',
    ),
    objects: ObjectQuery,
    until: Condition.describe('Over `objects` (a list), `object` (its first) and `version` (the target)'),
    within: Duration.default('300s'),
  }),
  z.strictObject({
    id: Name,
    kind: z.literal('logs'),
    title: z.string(),
    patterns: z.strictObject({ error: z.string(), warning: z.string() }),
  }),
]);
export type Check = z.infer<typeof Check>;

/** What the definition and the plan call a chart: its `oci://` reference, or the repository's address and the chart's name. */
export function chartReference({ oci, repo = '', name = '' }: ComponentChart): string {
  return oci ?? `${repo.replace(/\/+$/, '')}/${name}`;
}

/** The chart as the guide's command has it: `oci://…`, or `coder/coder` for one of a repository that helm knows. */
export function guideChart(chart: ComponentChart): string {
  return chart.oci ?? `${repositoryName(chart)}/${chart.name ?? ''}`;
}

/** The name that helm knows a chart's repository by. */
export function repositoryName({ as, name }: ComponentChart): string {
  return as ?? name ?? '';
}

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
  apiServer: Duration.describe('How long a run waits for an API server that does not answer'),
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
  apiServer: '10m',
};

/** What versions of the platform need of the cluster and of helm (O26). */
export const Requirement = z.strictObject({
  versions: z.string().describe('Targets that it is about, as a range: >=2.20.0'),
  kubernetes: z.string().optional().describe('Versions of Kubernetes that they support, as a range'),
  helm: z.string().optional().describe('Versions of helm that they can be installed with, as a range'),
  source: z.string().describe('Where the vendor says so'),
});

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
  requires: z.array(Requirement).optional().describe('What single versions need of Kubernetes and helm'),
  options: z.record(Name, PlatformOption).default({}),
  inputs: z.record(Identifier, PlatformInput).default({}).describe('What a site must be told'),
  facts: z.record(Identifier, Fact).default({}).describe('Questions about the installation, by name'),
  routes: z.array(RouteRule).default([]).describe('What the vendor says of the way from one version to another'),
  migrations: z.array(Migration).default([]).describe('Work tied to crossing a version, in order'),
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
