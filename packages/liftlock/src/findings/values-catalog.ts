import { carryCatalog } from './carry-catalog.ts';
import type { CatalogEntry } from './catalog-entry.ts';

/** What the new chart makes of the user's values, and how far the upgrade climbs. */
export const valuesCatalog = {
  ...carryCatalog,
  VALUE_NOT_READ: {
    title: 'The new chart does not read a key of your values',
    meaning:
      'helm takes any key and says nothing of those that no template reads. liftlock looks for the key in the defaults, the schema and the templates of the new chart and its subcharts, and in those of the installed chart as far as helm keeps them. A key that was read and is not any more was renamed, moved or given up: what it asked for is silently left out. That blocks where the key says where data lies or where images come from, since an empty volume or a registry that the nodes cannot reach is the outcome; any other key warns. Keys that neither chart reads are told as information.',
    whatToDo: [
      'See whether the key that is named as the nearest takes its place; the notes of the release or the upgrade guide of the chart say so.',
      'Rename it in the values file, or remove it there, and plan again.',
      'If it may have no effect: `--allow ignore:COMPONENT:PATH`.',
    ],
  },
  DEFAULT_CHANGED: {
    title: 'A default of the chart changes, and your values do not set it',
    meaning:
      "What nobody sets follows the chart. The new chart's default differs from the installed one's, so that the site changes without a change of your values. Defaults of storage, images, resources, security, replicas, Services and access from outside warn, each by itself; others are listed. Version tags are left out: they are meant to change.",
    whatToDo: [
      'See what becomes of it in the changes of the plan: `liftlock plan --verbose`.',
      'To keep the former default, set it in the values file and plan again.',
      'To take the new one: nothing, or `--allow default:COMPONENT:PATH` where warnings stop you.',
    ],
  },
  PINNED_IMAGE: {
    title: 'Your values hold an image at an old version',
    meaning:
      'A tag in the values wins over the one of the chart. It names the installed version, or one that is older than the new chart has by default: the new chart would run the old program, with templates and settings that were made for the new one.',
    whatToDo: [
      'Remove the tag from the values, so that the chart chooses its own, or set it to the new version.',
      'If the old program is wanted: `--allow pinned:COMPONENT:PATH`.',
    ],
  },
  VERSION_SKIPPED: {
    title: 'The upgrade climbs further at once than the vendor advises',
    meaning:
      'The vendor asks to upgrade step by step: migrations of data are often tested from one version to the next alone.',
    whatToDo: [
      'Upgrade to the versions between, one after another.',
      'If the vendor says that this way is good: `--allow skip:COMPONENT`.',
    ],
  },
} as const satisfies Readonly<Record<string, CatalogEntry>>;
