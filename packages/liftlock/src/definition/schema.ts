import { z } from 'zod';
import { Platform } from '../model/platform.ts';
import { Site } from '../model/site.ts';
import { migrationWords } from './migration-words.ts';

/** What an editor shows, for keys whose schema does not describe itself. By the path of keys; lists have no index. */
const descriptions: Record<string, string> = {
  ...migrationWords,
  apiVersion: 'The version of this language',
  kind: 'What the file defines',
  metadata: 'Names for people and for commands',
  'metadata.name': 'The name that commands take: lower-case letters, digits and dashes',
  'metadata.title': "The product's name as its vendor writes it",
  'metadata.guide': "The vendor's upgrade guide that this definition follows",
  'metadata.guide.title': 'Title of the guide',
  'metadata.guide.url': 'Where to read the guide',
  tools: 'Tools that the upgrade needs',
  options: 'Choices that differ from site to site, by name',
  'options.*': 'One choice',
  'options.*.default': 'The value where a site gives none; without it a site must choose',
  'options.*.description': 'What the choice means',
  namespace: 'The namespace of the releases',
  registry: 'The registry that serves charts and images',
  'registry.host': 'Host of the registry, without a scheme',
  'registry.login': 'How people log in to the registry',
  'registry.login.username': 'User name of the login',
  'registry.login.guideCommand': "The guide's login command, for the runbook",
  'registry.key': "Lifetime of the registry's key, in days",
  'registry.pullSecret': 'The Secret with which the cluster pulls images',
  'registry.pullSecret.server': 'The server as the Secret names it',
  'registry.pullSecret.username': 'The user as the Secret names it',
  'components.name': 'The name that --only, --from and --until take',
  'components.title': 'The name that people read',
  'components.description': 'What the component does',
  'components.chart': 'The Helm chart',
  'components.chart.oci': 'oci:// reference of the chart without a version; or repo and name',
  'components.values': 'Where the values come from: files, or carry and file',
  'components.flags': "Flags of the guide's command that are judged before helm is given them",
  'components.upgrade': 'How far the vendor lets one upgrade go',
  'components.migrates.containers': 'Names of the containers',
  'components.migrates.note': 'What they migrate',
  'components.outage': 'What users notice while this component is upgraded',
  'components.outage.why': 'Why they notice, or why not',
  'components.images': 'Images that the chart does not name, for example those an operator starts',
  checklist: 'What must be so before the first write',
  'checklist.id': 'The id that --affirm takes',
  'checklist.title': 'What is to be affirmed',
  'checklist.why': 'Why it matters',
  checks: 'What is looked at after the last component',
  'checks.id': 'The id under which a site gives its settings',
  'checks.kind': 'How it is looked at',
  'checks.title': 'What is looked at',
  'checks.body': 'What to create, as JSON',
  'checks.idField': "Field of the answer that holds the new object's id",
  'checks.patterns': 'Regular expressions for log lines',
  'checks.patterns.error': 'Lines that count as errors',
  'checks.patterns.warning': 'Lines that count as warnings',
  graces: 'How long faults that may mend themselves are waited for',
  'graces.unschedulable': 'Grace for pods that no node takes',
  'graces.crashRestarts': 'Restarts with the same exit before the wait ends',
  troubleshooting: "The guide's advice, by finding code",
  'troubleshooting.title': 'What went wrong, in a few words',
  'troubleshooting.steps': 'What to do, in order',
  'troubleshooting.contact': 'Whom to ask',
  support: 'Whom to ask when nothing else helps',
  'support.contact': 'Who answers',
  'support.faq': 'Where known issues are listed',
};

const siteDescriptions: Record<string, string> = {
  'carry.*.source': 'Who says so',
  'metadata.name': 'Name of this installation: its journal is kept under it',
  metadata: 'Names for people and for commands',
  platform: 'Name of a platform, or the path of a platform.yaml',
  options: "The platform's options, by name",
  'options.*': 'One of the values that the platform declares',
  cluster: 'Which cluster; where absent, the current context',
  'cluster.kubeconfig': 'Path of a kubeconfig',
  'cluster.context': 'Context of the kubeconfig',
  namespace: "Where it differs from the platform's",
  credentials: 'Where credentials are found; never the credentials themselves',
  'credentials.registry': "How to log in to the platform's registry",
  'credentials.registry.username': "Where it differs from the platform's",
  'credentials.registry.passwordFile': 'A file that holds nothing but the password',
  'credentials.registry.caFile': "PEM file of the registry's private CA",
  'mirrors.from': 'Beginning of a chart reference',
  'mirrors.to': 'What stands there instead',
  window: 'The maintenance window: nothing starts outside it',
  'window.opens': 'ISO 8601 with a time zone',
  'window.closes': 'ISO 8601 with a time zone',
  affirmations: 'What a person affirmed, by the id of the checklist item',
  'affirmations.*': 'Who affirmed it, and when',
  'affirmations.*.note': 'Anything worth keeping with it',
  'receipts.*': 'Takes the place of what the platform accepts for this item',
  graces: "Where they differ from the platform's",
  'timeouts.*': 'A duration such as 600s or 10m',
  checks: 'How the checks reach this installation, by the id of the check',
  'checks.*': 'Settings of one check',
  'checks.*.url': 'Where the check connects to',
  'checks.*.clientId': 'OIDC client of the login',
  'checks.*.clientSecretFile': "A file that holds the client's secret, where it has one",
  'checks.*.username': 'User of the login',
  'checks.*.passwordFile': "A file that holds that user's password",
  'checks.*.tokenFile': 'A file that holds a bearer token',
};

/** `['properties', 'components', 'items', 'properties', 'name']` as `components.name`. */
function keyPath(path: readonly (string | number)[]): string {
  const keys: string[] = [];
  for (let index = 0; index < path.length; index++) {
    const part = path[index];
    if (part === 'properties') keys.push(String(path[++index]));
    else if (part === 'additionalProperties') keys.push('*');
    else if (part === 'oneOf' || part === 'anyOf') index += 1;
  }
  return keys.join('.');
}

function jsonSchema(schema: z.ZodType, title: string, table: Record<string, string>): Record<string, unknown> {
  const made = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    reused: 'inline',
    override: ({ jsonSchema: part, path }) => {
      const key = keyPath(path);
      const description = path.at(-1) === 'items' ? undefined : table[key];
      if (description !== undefined) part.description ??= description;
    },
  });
  return { ...made, title };
}

/** JSON Schema (draft 7) of a platform definition, for editors. */
export function platformJsonSchema(): Record<string, unknown> {
  return jsonSchema(Platform, 'liftlock platform', descriptions);
}

/** JSON Schema (draft 7) of a site file, for editors. */
export function siteJsonSchema(): Record<string, unknown> {
  return jsonSchema(Site, 'liftlock site', { ...descriptions, ...siteDescriptions });
}
