import type { CatalogEntry } from './catalog-entry.ts';

/** What is said of hops that come after the one that is planned, and of what an earlier run has left. */
export const hopCatalog = {
  HOP_AHEAD_BLOCKED: {
    title: 'A later hop of the route would be stopped',
    meaning:
      'The route has several hops, and a later one, as it looks now, has a blocker of its own: its chart refuses the values, the API server refuses an object, a value would be lost. Nothing of it is done before the hops in between have landed, and then it is planned and forecast again. But a run that begins now would stop there, on the version in between.',
    whatToDo: [
      'Look at the hop in the plan: its findings have their own remedies, and what is decided now counts for every hop.',
      'If the version in between is a good place to stop: `--allow ahead:VERSION`.',
    ],
  },
  RUN_LEFT_OPEN: {
    title: 'An earlier run has left something that a new one would not do',
    meaning:
      'A run was stopped, or killed, after it had begun the migrations of this component, and not all of what belongs after the upgrade was done: claims to be compared, an object to be waited for, values to be taken back, replicas to be put back. A new run begins from what is installed now. It crosses those versions no more, or finds no trace of what was before, so that nobody would ever do it.',
    whatToDo: [
      'Go on with that run: `liftlock resume RUN`. It does only what is left.',
      'If that is no longer possible, do by hand what the finding names, and look at the result. Then: `--allow leave:RUN`.',
    ],
  },
} as const satisfies Readonly<Record<string, CatalogEntry>>;
