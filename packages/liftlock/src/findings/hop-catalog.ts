import type { CatalogEntry } from './catalog-entry.ts';

/** What is said of hops that come after the one that is planned. */
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
} as const satisfies Readonly<Record<string, CatalogEntry>>;
