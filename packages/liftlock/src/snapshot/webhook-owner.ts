import type { Finding } from '../model/finding.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import type { ClusterReader } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';
import type { Step } from '../model/step.ts';

const group = '/apis/admissionregistration.k8s.io/v1';
const kinds = ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'];

/** Adds to each finding of a webhook that does not answer whose it is, where that can be read. */
export async function withWebhookOwners(
  findings: readonly Finding[],
  steps: readonly Step[],
  reader: Pick<ClusterReader, 'list'>,
): Promise<readonly Finding[]> {
  return Promise.all(
    findings.map(async (item) => {
      if (item.code !== 'WEBHOOK_DOWN') return item;
      return { ...item, message: `${item.message}${await webhookOwner(item.message, steps, reader)}` };
    }),
  );
}

/**
 * A sentence that says whose the webhook is which these words name, and whether this upgrade is of that release too; empty
 * where unknown. A webhook's name is a domain of three parts at least.
 *
 * @param steps of the upgrade
 */
export async function webhookOwner(
  words: string,
  steps: readonly Step[],
  reader: Pick<ClusterReader, 'list'>,
): Promise<string> {
  const webhook = /webhook "?([\w-]+(?:\.[\w-]+){2,})/.exec(words)?.[1];
  const configuration = webhook === undefined ? undefined : await configurationOf(webhook, reader);
  if (configuration === undefined) return '';
  const { annotations, name } = configuration.metadata;
  const release = annotations?.['meta.helm.sh/release-name'];
  const namespace = annotations?.['meta.helm.sh/release-namespace'];
  const isUpgraded = steps.some(
    (step) =>
      (step.kind === 'helm-upgrade' || step.kind === 'helm-rollback') &&
      step.release === release &&
      step.namespace === namespace,
  );
  const part = isUpgraded ? 'a part of this upgrade' : 'no part of this upgrade';
  const owner =
    release === undefined ? 'belongs to no release' : `belongs to release ${namespace ?? ''}/${release}, ${part}`;
  return ` It is configured by ${configuration.kind} ${name}, which ${owner}.`;
}

async function configurationOf(webhook: string, reader: Pick<ClusterReader, 'list'>): Promise<KubeObject | undefined> {
  try {
    for (const kind of kinds) {
      const list = await reader.list(`${group}/${kind.toLowerCase()}s`);
      const found = list.find((item) => namesOf(item).includes(webhook));
      if (found !== undefined) return { ...found, kind };
    }
  } catch (error) {
    if (!isProblem(error)) throw error;
  }
  return undefined;
}

function namesOf(configuration: KubeObject): readonly Json[] {
  const { webhooks } = configuration as KubeObject & { readonly webhooks?: Json };
  if (!Array.isArray(webhooks)) return [];
  return (webhooks as readonly Json[]).flatMap((item) => (isJsonObject(item) ? [item['name'] ?? null] : []));
}
