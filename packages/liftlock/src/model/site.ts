import { z } from 'zod';
import { Duration } from './duration.ts';
import { Identifier } from './fact.ts';
import { ValueRule } from './migration.ts';
import { Graces } from './platform.ts';
import { Receipts } from './receipt.ts';
import { isOneStretch } from './version.ts';

export const Affirmation = z.strictObject({
  by: z.string().min(1).describe('Who affirms it'),
  at: z.string().optional().describe('When, ISO 8601'),
  version: z.string().optional().describe('The target version it was affirmed for'),
  note: z.string().optional(),
});
export type Affirmation = z.infer<typeof Affirmation>;

export const RegistryCredentials = z.strictObject({
  keyFile: z.string().optional().describe("A Google service account's key.json"),
  keyCreated: z.string().optional().describe('When the key was made, ISO 8601: the file itself does not say'),
  tokenCommand: z
    .array(z.string())
    .min(1)
    .optional()
    .describe('A command that prints an access token; an alternative to keyFile'),
  tokenHosts: z
    .array(z.string())
    .optional()
    .describe("Hosts besides Google's to which the key may be shown, as host or host:port"),
  username: z.string().optional(),
  passwordFile: z.string().optional(),
  caFile: z.string().optional(),
  plainHttp: z.boolean().optional().describe('Only for a registry on loopback'),
});
export type RegistryCredentials = z.infer<typeof RegistryCredentials>;

/** How the site answers the platform's checks, by the check's id. */
export const CheckSettings = z.strictObject({
  url: z.string().optional(),
  clientId: z.string().optional(),
  username: z.string().optional(),
  passwordFile: z.string().optional(),
  clientSecretFile: z.string().optional(),
  tokenFile: z.string().optional(),
  affirmedBy: z.string().optional().describe('A person who looked, where no probe can'),
});
export type CheckSettings = z.infer<typeof CheckSettings>;

/** One installation of a platform. */
export const Site = z.strictObject({
  apiVersion: z.literal('liftlock.dev/v1alpha1'),
  kind: z.literal('Site'),
  metadata: z.strictObject({
    name: z.string().regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'lower-case letters, digits, dots and dashes'),
  }),
  platform: z.string(),
  options: z.record(z.string(), z.string()).default({}),
  inputs: z
    .record(Identifier, z.string())
    .default({})
    .describe('What the platform must be told, by the name of the input'),
  answers: z
    .record(Identifier, z.union([z.string(), z.boolean(), z.number()]))
    .default({})
    .describe("Answers to the platform's questions, by the name of the fact"),
  stops: z
    .array(z.string().refine(isOneStretch, 'a version or one range of them, such as 2.15.3, 2.15 or ~2.15.0'))
    .default([])
    .describe('Versions at which this site stops on the way, besides those that the vendor asks for'),
  carry: z
    .record(z.string(), z.array(ValueRule))
    .default({})
    .describe(
      "What becomes of values that the platform's own table does not know, by component; asked before that table",
    ),
  charts: z
    .string()
    .optional()
    .describe('A folder with chart archives, as bundle load leaves it: charts come from there and from nowhere else'),
  verifyCharts: z
    .strictObject({ keyring: z.string().describe('A file with public keys, as gpg --export writes it') })
    .optional()
    .describe('Charts are used only where one of these keys has signed them, as helm verify finds out'),
  localCommands: z
    .array(z.string())
    .default([])
    .describe('Ids of migration steps that may run a command on this machine'),
  cluster: z
    .strictObject({
      kubeconfig: z.string().optional(),
      context: z.string().optional(),
      uid: z.string().optional().describe('UID of the namespace kube-system; remembered at first use where absent'),
    })
    .default({}),
  namespace: z.string().optional(),
  valuesFrom: z.string().optional().describe("The folder that holds the platform's values files"),
  credentials: z.strictObject({ registry: RegistryCredentials.optional() }).default({}),
  mirrors: z
    .array(z.strictObject({ from: z.string(), to: z.string() }))
    .default([])
    .describe('Charts whose reference or repository begins with `from` are pulled from `to`'),
  window: z.strictObject({ opens: z.string(), closes: z.string() }).optional(),
  affirmations: z.record(z.string(), Affirmation).default({}),
  receipts: z
    .record(z.string(), Receipts)
    .default({})
    .describe(
      'What proves that a backup was made, by the id of the checklist item: in the place of what the platform accepts',
    ),
  releases: z
    .record(z.string(), z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'lower-case letters, digits and dashes'))
    .default({})
    .describe("Names of the releases by component, where they differ from the guide's"),
  lease: z
    .strictObject({
      seconds: z
        .number()
        .int()
        .min(2)
        .max(600)
        .optional()
        .describe(
          "How long the site's lease outlives a run that was killed or paused before another may take it over; 30 where absent",
        ),
    })
    .default({})
    .describe('The Lease by which one run at a time works on the site'),
  keepRuns: z
    .number()
    .int()
    .min(0)
    .max(3650)
    .optional()
    .describe(
      'Days for which the cluster keeps the inputs of a run that failed or that reinstalled something, so that it can be gone on with from another machine; 7 where absent',
    ),
  dnsServer: z
    .string()
    .optional()
    .describe('Address, or address:port, of the name server that is asked for host names; else that of this machine'),
  proveImages: z
    .enum(['cluster', 'local', 'off'])
    .optional()
    .describe(
      'Whether images exist: asked from here (local); by the nodes, in a pod for each, before the upgrade (cluster, and the default where charts come from a folder); not at all (off)',
    ),
  fixedNodes: z.boolean().default(false).describe('No autoscaler: too little room blocks instead of warning'),
  timeScale: z.number().positive().max(1).default(1).describe('Shrinks every timeout and grace; for rehearsals'),
  graces: Graces.partial().optional(),
  timeouts: z
    .record(z.string(), Duration)
    .default({})
    .describe("helm's timeout by component, where it differs from the guide's"),
  checks: z.record(z.string(), CheckSettings).default({}),
});
export type Site = z.infer<typeof Site>;
