import { Problem } from '../../model/problem.ts';
import { withoutUserinfo } from '../../model/redaction.ts';
import type { HelmRepository } from '../../model/snapshot.ts';
import type { HelmRepoStep } from '../../model/step.ts';
import { isSameRepository, repositoryRemedy } from '../../release/chart-repositories.ts';
import type { Handler, World } from '../world.ts';

/** The operator's own helm knows the repository, as the guide wants it. Its own pulls need no helm (see Registry). */
export const helmRepo: Handler<'helm-repo'> = {
  async observe(step, world) {
    const known = knownAs(step, await world.repositories.list());
    if (known === undefined) return { observation: 'todo', note: `helm knows no repository ${step.name}` };
    if (isRight(step, known)) return { observation: 'done', note: `${step.name} is ${withoutUserinfo(known.url)}` };
    if (step.replaces) return { observation: 'todo', note: `${step.name} is ${withoutUserinfo(known.url)}` };
    throw new Problem(
      'REPO_ADDRESS_DIFFERS',
      `helm knows ${withoutUserinfo(known.url)} under the name ${step.name}, not ${step.url}.`,
      {
        touched: 'no',
        advice: [`If that address may go: --allow ${repositoryRemedy(step.name)}`],
      },
    );
  },

  async act(step, world) {
    const known = knownAs(step, await world.repositories.list());
    const replaces = step.replaces && known !== undefined;
    if (replaces) await keep(step, world);
    try {
      await world.repositories.add({ name: step.name, url: step.source }, { replaces });
    } catch (error) {
      // liftlock pulls with the site's login, and needs no entry: the person is told the command instead.
      const isLeft = error instanceof Problem && error.code === 'REPO_WANTS_LOGIN' && known === undefined;
      if (!isLeft || !(await world.repositories.needsLogin(step.source))) throw error;
    }
    return { touched: 'no', writes: 0 };
  },

  async confirm(step, world) {
    const known = knownAs(step, await world.repositories.list());
    if (known !== undefined && isRight(step, known)) {
      const kept =
        (await world.folder.read(backupOf(step))) === undefined ? '' : `; the former entry: ${backupOf(step)}`;
      return { note: `helm knows ${step.name} as ${withoutUserinfo(known.url)}${kept}` };
    }
    if (known === undefined && (await world.repositories.needsLogin(step.source))) return { note: loginNote(step) };
    throw new Problem('REPO_NOT_ADDED', `helm does not list the repository ${step.name} as ${step.source}.`, {
      touched: 'no',
      advice: ['Look at: helm repo list'],
    });
  },
};

/** The login of the former entry is nowhere else: an act that is repeated must not write over it. */
async function keep(step: HelmRepoStep, world: World): Promise<void> {
  if ((await world.folder.read(backupOf(step))) !== undefined) return;
  const entry = await world.repositories.entry(step.name);
  if (entry === undefined) {
    throw new Problem(
      'REPO_NOT_KEPT',
      `The entry ${step.name} cannot be read from helm's list, so it is not replaced.`,
      {
        touched: 'no',
        advice: ['Replace it yourself: helm env shows where the list lies (HELM_REPOSITORY_CONFIG).'],
      },
    );
  }
  await world.folder.writeSecret(backupOf(step), entry);
}

function backupOf({ name }: HelmRepoStep): string {
  return `backup/repository-${name}.yaml`;
}

/** A login that helm gets stays in its list in the clear: that is for the person to decide. */
function loginNote({ name, command }: HelmRepoStep): string {
  const own = [...(command ?? []), '--username', 'USER', '--password-stdin'].join(' ');
  return `${name} wants a login, which helm would keep in the clear, so it was not added; for commands of your own: ${own}`;
}

function knownAs({ name }: HelmRepoStep, list: readonly HelmRepository[]): HelmRepository | undefined {
  return list.find((repository) => repository.name === name);
}

/** The guide's own address is right, and so is the mirror that stands in for it. */
function isRight({ url, source }: HelmRepoStep, known: HelmRepository): boolean {
  return isSameRepository(known.url, url) || isSameRepository(known.url, source);
}
