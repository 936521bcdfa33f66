import type { CatalogEntry } from './catalog-entry.ts';

/** The way from the installed version to the target. Where there is none, no plan is made: that is no finding. */
export const routeCatalog = {
  ROUTE_NEEDS_DECISION: {
    title: 'The vendor says nothing of upgrades from this version',
    meaning:
      'The guide names the versions that it is for, and the installed one is not among them. The definition proposes a way, with its reason; whether it is good for your site, a person has to say.',
    whatToDo: [
      "Read the reason, the source that it names and the release notes of the versions around yours, or ask the vendor's support.",
      'To go the way that is proposed: `--allow origin:ID`, as the finding names it.',
    ],
  },
  ROUTE_STOP_UNSURE: {
    title: 'The route has a stop that may not be needed',
    meaning:
      'The vendor asks for this stop only where the installation is of a certain kind, and the fact that decides it has no answer: nobody has said so, or it could not be read. One stop too many does no harm, one too few may; so the route stops there.',
    whatToDo: [
      'Nothing, if one hop more is all right.',
      'Else answer the question in the site file under `answers`, or let the object be read, and plan again.',
    ],
  },
  ROUTE_GAP_UNSURE: {
    title: 'It is not known whether a hop climbs further than the vendor allows',
    meaning:
      'The vendor limits how many minor versions one upgrade may climb. The hop crosses a major version, and the charts come from a folder or a mirror, which need not hold every version: how many minor versions the former major version came to, they do not tell.',
    whatToDo: [
      "Count them in the vendor's release notes.",
      'If there are no more than the limit: `--allow gap:VERSION`.',
      'Else add a version in between to the folder or the mirror, and plan again.',
    ],
  },
  ORIGIN_WITHDRAWN: {
    title: 'The vendor has withdrawn the installed version',
    meaning:
      'Nobody should be on it any more. What was wrong with it may have left its marks: look at the reason before data is migrated.',
    whatToDo: ['Read what the source says of it.', 'Then upgrade: the route leads away from it.'],
  },
  STOP_BEYOND_TARGET: {
    title: 'The site wants to stop at a version beyond the target',
    meaning: 'The site file names a stop that this upgrade does not reach. It has no say in this route.',
    whatToDo: [
      'If the target is too low, name another: `--to x.y.z`.',
      'If the stop is done with, take it out of `stops`.',
    ],
  },
} as const satisfies Readonly<Record<string, CatalogEntry>>;
