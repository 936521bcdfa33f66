import { Problem } from '../../model/problem.ts';
import type { HelmRepository } from '../../model/snapshot.ts';
import type { HelmRepoStep } from '../../model/step.ts';
import { isSameRepository, repositoryRemedy } from '../../release/chart-repositories.ts';
import type { Handler } from '../world.ts';

/** The operator's own helm knows the repository, as the guide wants it. Its own pulls need no helm (see Registry). */
export const helmRepo: Handler<'helm-repo'> = {
  async observe(step, world) {
    const known = knownAs(step, await world.repositories.list());
    if (known === undefined) return { observation: 'todo', note: `helm knows no repository ${step.name}` };
    if (isRight(step, known)) return { observation: 'done', note: `${step.name} is ${known.url}` };
    if (step.replaces) return { observation: 'todo', note: `${step.name} is ${known.url}` };
    throw new Problem('REPO_ADDRESS_DIFFERS', `helm knows ${known.url} under the name ${step.name}, not ${step.url}.`, {
      touched: 'no',
      advice: [`If that address may go: --allow ${repositoryRemedy(step.name)}`],
    });
  },

  async act(step, world) {
    const known = knownAs(step, await world.repositories.list());
    const replaces = step.replaces && known !== undefined;
    await world.repositories.add({ name: step.name, url: step.source }, { replaces });
    return { touched: 'no', writes: 0 };
  },

  async confirm(step, world) {
    const known = knownAs(step, await world.repositories.list());
    if (known !== undefined && isRight(step, known)) return { note: `helm knows ${step.name} as ${known.url}` };
    throw new Problem('REPO_NOT_ADDED', `helm does not list the repository ${step.name} as ${step.source}.`, {
      touched: 'no',
      advice: ['Look at: helm repo list'],
    });
  },
};

function knownAs({ name }: HelmRepoStep, list: readonly HelmRepository[]): HelmRepository | undefined {
  return list.find((repository) => repository.name === name);
}

/** The guide's own address is right, and so is the mirror that stands in for it. */
function isRight({ url, source }: HelmRepoStep, known: HelmRepository): boolean {
  return isSameRepository(known.url, url) || isSameRepository(known.url, source);
}
