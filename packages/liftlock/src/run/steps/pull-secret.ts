import type { KubeObject } from '../../model/kube.ts';
import { Problem } from '../../model/problem.ts';
import type { PullSecretStep } from '../../model/step.ts';
import { keyIdOf, learnDockerLogins, withDockerLogin } from '../../release/docker-config.ts';
import type { Handler, World } from '../world.ts';

function pathOf(step: PullSecretStep): string {
  return `/api/v1/namespaces/${step.namespace}/secrets/${step.name}`;
}

/** What the Secret holds now, and the id of the registry's key in it, or undefined when it holds none. */
async function keyInCluster(
  step: PullSecretStep,
  world: World,
): Promise<{ secret: KubeObject | undefined; text: string | undefined; keyId: string | undefined }> {
  const secret = await world.reader.find(pathOf(step));
  world.redactor.learnSecretData(secret?.data);
  const encoded = secret?.data?.['.dockerconfigjson'];
  const text = typeof encoded === 'string' ? Buffer.from(encoded, 'base64').toString('utf8') : undefined;
  if (text !== undefined) learnDockerLogins(text, world.redactor);
  return { secret, text, keyId: text === undefined ? undefined : keyIdOf(text, step.server) };
}

/** Puts the site's key into the image pull secret, in one write that keeps its other logins, labels and annotations. */
export const pullSecret: Handler<'pull-secret'> = {
  async observe(step, world) {
    const { secret, keyId } = await keyInCluster(step, world);
    if (keyId === step.keyId) return { observation: 'done', note: `it holds key ${step.keyId} already` };
    if (secret === undefined) return { observation: 'todo', note: 'the Secret does not exist' };
    return { observation: 'todo', note: keyId === undefined ? 'it holds no key' : `it holds key ${keyId}` };
  },

  async act(step, world) {
    const { secret, text } = await keyInCluster(step, world);
    const keyJson = await world.key.keyJson();
    if ((await world.key.keyId()) !== step.keyId) {
      throw new Problem('KEY_MOVED', 'The key file is another one than when the plan was made.', {
        advice: ['Run the command again.'],
      });
    }
    const config = withDockerLogin(text, { server: step.server, username: step.username, password: keyJson });
    const data = { '.dockerconfigjson': Buffer.from(config).toString('base64') };
    world.redactor.learnSecretData(data);
    if (secret !== undefined && secret.type === 'kubernetes.io/dockerconfigjson') {
      await keep(step, world, secret);
      await world.writer.patch(pathOf(step), { data });
    } else {
      await replaceByNew(step, world, secret, data);
    }
    return { touched: 'no', writes: 0 };
  },

  async confirm(step, world) {
    const { keyId } = await keyInCluster(step, world);
    if (keyId !== step.keyId)
      throw new Problem('PULL_SECRET_NOT_RENEWED', `Secret ${step.name} does not hold key ${step.keyId}.`, {
        touched: 'yes',
      });
    return { note: `Secret ${step.namespace}/${step.name} holds key ${step.keyId}` };
  },
};

/** How the Secret was before this run: an act that is repeated must not write over it. */
async function keep(step: PullSecretStep, world: World, secret: KubeObject): Promise<void> {
  const file = `backup/secret-${step.name}.json`;
  if ((await world.folder.read(file)) === undefined) await world.folder.writeSecret(file, JSON.stringify(secret));
}

/** A Secret's type is immutable: one of another type is deleted first. */
async function replaceByNew(
  step: PullSecretStep,
  world: World,
  old: KubeObject | undefined,
  data: Record<string, string>,
): Promise<void> {
  if (old !== undefined) {
    await keep(step, world, old);
    await world.writer.delete(pathOf(step));
  }
  await world.writer.create(`/api/v1/namespaces/${step.namespace}/secrets`, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: step.name, namespace: step.namespace },
    type: 'kubernetes.io/dockerconfigjson',
    data,
  });
}
