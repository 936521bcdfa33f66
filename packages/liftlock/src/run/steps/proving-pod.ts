import { digestOf } from '../../model/digest.ts';
import type { KubeObject } from '../../model/kube.ts';
import type { ClusterReader } from '../../model/ports.ts';
import type { ImageToProve } from '../../model/step.ts';

/** On every pod that proves an image; its value tells the run whose pod it is. */
export const provingLabel = 'liftlock.dev/proves-image';

/** The container that proves the image: webhooks may add others before it. */
export const provingContainer = 'image';

/** Does not exist in any image: the container fails to start once its image is there, and nothing of it runs. */
const noCommand = '/liftlock-proves-only-the-pull';

/**
 * A pod that makes a node pull an image, on the nodes that will need it; or why it could prove nothing.
 *
 * @param run names the run, as a value of a label
 */
export async function provingPod(
  item: ImageToProve,
  run: string,
  reader: Pick<ClusterReader, 'find'>,
): Promise<KubeObject | string> {
  const find = (plural: string, name: string) => reader.find(`/api/v1/namespaces/${item.namespace}/${plural}/${name}`);
  for (const name of item.pullSecrets)
    if ((await find('secrets', name)) === undefined) return `its pull secret ${name} comes with the upgrade`;
  // One that comes with the upgrade is not there yet: the default account has no pull secrets of its own as a rule.
  const account = (await find('serviceaccounts', item.serviceAccount)) === undefined ? 'default' : item.serviceAccount;
  const size = { cpu: '10m', memory: '16Mi' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `liftlock-image-${digestOf(JSON.stringify([run, item])).slice(7, 17)}`,
      namespace: item.namespace,
      labels: { [provingLabel]: run, 'app.kubernetes.io/managed-by': 'liftlock' },
    },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      serviceAccountName: account,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      imagePullSecrets: item.pullSecrets.map((name) => ({ name })),
      ...(item.nodeSelector === undefined ? {} : { nodeSelector: item.nodeSelector }),
      ...(item.tolerations === undefined ? {} : { tolerations: item.tolerations }),
      // What the strictest Pod Security level asks for.
      securityContext: { runAsNonRoot: true, runAsUser: 65_534, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: provingContainer,
          image: item.image,
          imagePullPolicy: 'Always',
          command: [noCommand],
          resources: { requests: size, limits: size },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  };
}
