import type { Sandbox } from '@liftlock/sandbox';

interface EventObject {
  readonly metadata: { readonly name: string };
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly involvedObject?: { readonly kind?: string; readonly name?: string };
}

/** Events that say why nothing moves; a claim that waits for its first pod is no trouble, and neither is a probe. */
const telling = /^(Failed(Create|Scheduling|Mount|Binding)|ProvisioningFailed|ExternalProvisioning|InvalidStorage)/;

/** What controllers and the scheduler said of a namespace, each thing once. */
export async function evidenceIn(sandbox: Sandbox, namespace: string): Promise<readonly string[]> {
  const { items } = await sandbox.api.list(`/api/v1/namespaces/${namespace}/events`);
  const lines = (items as unknown as readonly EventObject[])
    .filter(({ reason }) => telling.test(reason ?? ''))
    .map(({ reason, message, involvedObject }) => `${involvedObject?.kind ?? ''} ${reason ?? ''}: ${message ?? ''}`);
  return [...new Set(lines)];
}
