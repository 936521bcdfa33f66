import { certificateInfo, pairFault } from '../../model/certificate.ts';
import { canonicalJson } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import { isProblem, Problem } from '../../model/problem.ts';
import type { CreateSecretStep } from '../../model/step.ts';
import type { Handler, World } from '../world.ts';

/**
 * Makes a Secret from files. It is done where the Secret holds the same already; another content is replaced only where someone
 * has decided so, and kept with the run first.
 */
export const createSecret: Handler<'create-secret'> = {
  async observe(step, world) {
    const wanted = await readWanted(step, world);
    const live = await findSecret(step, world);
    if (live === undefined) return { observation: 'todo', note: `Secret ${step.name} does not exist` };
    if (isWanted(live, wanted, step)) return { observation: 'done', note: 'it holds that already' };
    refuseOther(step, world);
    return { observation: 'todo', note: 'it holds something else' };
  },

  async act(step, world) {
    const wanted = await readWanted(step, world);
    const live = await findSecret(step, world);
    if (live !== undefined) {
      if (isWanted(live, wanted, step)) return { touched: 'no', writes: 0 };
      refuseOther(step, world);
      // Named by its version: what is kept is never written over.
      const file = `backup/secrets/${step.name}-${live.metadata.resourceVersion ?? '0'}.json`;
      await world.folder.writeSecret(file, JSON.stringify(live, null, 2));
      if (live.type === step.type) {
        // Keys that are not ours go: what the files say is what the Secret says. Its version guards the write.
        await world.writer.replace(pathOf(step), { ...live, apiVersion: 'v1', kind: 'Secret', data: wanted });
        return { touched: 'no', writes: 0 };
      }
      // A Secret's type is immutable.
      await world.writer.delete(pathOf(step), { uid: live.metadata.uid });
    }
    await world.writer.create(`/api/v1/namespaces/${step.namespace}/secrets`, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: step.name, namespace: step.namespace },
      type: step.type,
      data: wanted,
    });
    return { touched: 'no', writes: 0 };
  },

  async confirm(step, world) {
    const live = await findSecret(step, world);
    if (live !== undefined && isWanted(live, await readWanted(step, world), step))
      return { note: `Secret ${step.namespace}/${step.name} holds what the files hold` };
    throw new Problem(
      'SECRET_UNDONE',
      `Secret ${step.name} does not hold what was written: something else writes it.`,
      {
        touched: 'yes',
        advice: [
          `Find out what: kubectl get secret ${step.name} --namespace ${step.namespace} -o yaml --show-managed-fields`,
          'Then: liftlock resume',
        ],
      },
    );
  },
};

function pathOf({ namespace, name }: CreateSecretStep): string {
  return `/api/v1/namespaces/${namespace}/secrets/${name}`;
}

/** base64 of the files; a pair that does not fit or is no longer valid is refused before anything is written (R21). */
async function readWanted(step: CreateSecretStep, world: World): Promise<Readonly<Record<string, string>>> {
  const entries = await Promise.all(
    Object.entries(step.files).map(async ([key, file]) => [key, await readText(file, world)] as const),
  );
  const texts = Object.fromEntries(entries);
  const data = Object.fromEntries(entries.map(([key, text]) => [key, Buffer.from(text).toString('base64')]));
  world.redactor.learnSecretData(data);
  if (step.type !== 'kubernetes.io/tls') return data;
  const [certificate, key] = [certificateInfo(texts['tls.crt'] ?? ''), certificateInfo(texts['tls.key'] ?? '')];
  const fault = pairFault(certificate, key, step.covers, world.clock.now());
  if (fault === undefined) return data;
  throw new Problem('TLS_PAIR_BAD', `Secret ${step.name} is not made: ${fault.words}.`, {
    advice: ['Put the right files there. Then: liftlock resume'],
  });
}

async function readText(file: string, world: World): Promise<string> {
  try {
    return await world.readSecretFile(file);
  } catch (error) {
    if (isProblem(error)) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new Problem('INPUT_FILE_UNREADABLE', `The file ${file} cannot be read: ${code}.`, {
      advice: ['Put it there, readable for you. Then: liftlock resume'],
    });
  }
}

async function findSecret(step: CreateSecretStep, world: World): Promise<KubeObject | undefined> {
  const live = await world.reader.find(pathOf(step));
  world.redactor.learnSecretData(live?.data);
  return live;
}

function isWanted(live: KubeObject, wanted: Readonly<Record<string, string>>, step: CreateSecretStep): boolean {
  return live.type === step.type && canonicalJson(live.data ?? {}) === canonicalJson(wanted);
}

/** The id of the decision that lets another content go. */
function refuseOther(step: CreateSecretStep, world: World): void {
  const remedy = `replace:secret/${step.name}`;
  if (world.decisions.some((decision) => decision.remedy === remedy)) return;
  throw new Problem('SECRET_DIFFERS', `Secret ${step.name} exists and holds something else than the files.`, {
    advice: [
      `Look at it: kubectl describe secret ${step.name} --namespace ${step.namespace}`,
      `Replace it, the present one is kept: liftlock resume --allow ${remedy}`,
    ],
  });
}
