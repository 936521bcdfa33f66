import type { Refusal } from '../findings/foreseen/refusal.ts';
import { isSameObject, type KubeObject } from '../model/kube.ts';
import { isProblem } from '../model/problem.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import { parseManifest } from '../release/manifest.ts';
import type { ForeseenRelease, LookParts } from './foreseen-release.ts';

const group = '/apis/admissionregistration.k8s.io/v1';

/** A sentence that says whose a webhook is that does not answer, and whether this upgrade brings it; empty where unknown. */
export async function webhookOwner(
  { webhook }: Refusal & { readonly code: 'WEBHOOK_DOWN' },
  { release, objects, step }: ForeseenRelease,
  { reader }: Pick<LookParts, 'reader'>,
): Promise<string> {
  const configuration = await configurationOf(webhook, reader);
  if (configuration === undefined) return '';
  const { kind, metadata } = configuration;
  const isIn = (list: readonly KubeObject[]) =>
    list.some((object) => isSameObject(object, configuration, step.namespace));
  const name = metadata.annotations?.['meta.helm.sh/release-name'];
  const namespace = metadata.annotations?.['meta.helm.sh/release-namespace'] ?? '';
  const owner = name === undefined ? 'belongs to no release' : `belongs to release ${namespace}/${name}`;
  const part = isIn(objects) || isIn(parseManifest(release?.manifest ?? '')) ? ' and is a part of this upgrade' : '';
  return ` It is configured by ${kind} ${metadata.name}, which ${owner}${part}.`;
}

async function configurationOf(webhook: string, reader: LookParts['reader']): Promise<KubeObject | undefined> {
  try {
    for (const kind of ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration']) {
      const list = await reader.list(`${group}/${kind.toLowerCase()}s`);
      const found = list.find((item) => namesOf(item).includes(webhook));
      if (found !== undefined) return { ...found, kind, apiVersion: 'admissionregistration.k8s.io/v1' };
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
