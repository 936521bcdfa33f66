import { catalog } from './catalog.ts';
import { faultCatalog } from './fault-catalog.ts';
import { preflightCatalog } from './preflight-catalog.ts';
import { valuesCatalog } from './values-catalog.ts';

/** Codes that a person looks for in the same place. */
export interface Theme {
  readonly title: string;
  /** In the order of the catalog. */
  readonly codes: readonly string[];
}

const forecastTheme = 'What helm and the API server would say to the change';
const faultTheme = 'While a rollout goes on';

/** The first that fits; a code of the preflight that none fits is told with the forecast. */
const preflightThemes: readonly (readonly [title: string, words: RegExp])[] = [
  ['Keys, affirmations and the maintenance window', /^(KEY|PULL_SECRET|AFFIRMATION|WINDOW)_/],
  [
    'The cluster, and what may be done there',
    /^(HELM_TOO_OLD|WRONG_CLUSTER|PERMISSION_|CAPACITY_|UNHEALTHY_|STORAGE_CLASS_)/,
  ],
  [
    'Releases and their versions',
    /^(ALL_)?RELEASES?_|^NEWEST_REVISION|^ORIGIN_|^DOWNGRADE|^ALREADY_|^ROLLBACK_|^VERSION_/,
  ],
  ['Values', /^(VALUE|DEFAULT_|PINNED_)/],
];

const order: readonly string[] = [...preflightThemes.map(([title]) => title), forecastTheme, faultTheme];

/** Where a code belongs: every one has exactly one theme. */
export function themeOf(code: string): string {
  if (Object.hasOwn(faultCatalog, code)) return faultTheme;
  if (!Object.hasOwn(preflightCatalog, code) && !Object.hasOwn(valuesCatalog, code)) return forecastTheme;
  return preflightThemes.find(([, words]) => words.test(code))?.[0] ?? forecastTheme;
}

/** The whole catalog by theme, in the order in which an upgrade meets them. */
export function themes(): readonly Theme[] {
  return order
    .map((title) => ({ title, codes: Object.keys(catalog).filter((code) => themeOf(code) === title) }))
    .filter(({ codes }) => codes.length > 0);
}
