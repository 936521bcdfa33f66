import type { CatalogEntry } from './catalog-entry.ts';

/** What becomes of the user's values where the new chart names or takes them otherwise. */
export const carryCatalog = {
  VALUE_NOT_CARRIED: {
    title: 'Nobody has said what becomes of one of your values',
    meaning:
      "The vendor has changed what the chart's values are called or mean, and the platform's definition has a table for it. Your customizations, which are the values of the live release that differ from the defaults of the chart that is installed, are each kept, translated or dropped by that table. This one is not in it, or cannot go where the table says: another of your values stands there, or it does not fit the new type. Left out, what it asked for would silently be gone; given on, the new chart might take it for something else.",
    whatToDo: [
      'Look at the three sides of it, the former defaults, your values and the new defaults: `liftlock values diff COMPONENT`.',
      "If the new chart has another name for it, put a rule under `carry` of the site file, as the vendor's documentation has it, and plan again.",
      'If it means the same in the new chart: `--allow keep-value:COMPONENT:PATH`.',
      'If it has no meaning any more: `--allow drop-value:COMPONENT:PATH`. A key decides about everything below it.',
    ],
  },
  VALUES_CARRIED: {
    title: 'Your values are carried over to the new chart',
    meaning:
      "The upgrade crosses a version at which the chart's values changed. What is moved, retyped, dropped or set is told here; everything else is given on as it is. helm is given the result as one file in full, and told to forget the former values, since its flags for reusing values would bring back the keys that are gone.",
    whatToDo: [
      'Compare: `liftlock values diff COMPONENT`; the file itself: `liftlock values export COMPONENT --to VERSION`.',
    ],
  },
} as const satisfies Readonly<Record<string, CatalogEntry>>;
