import { bundleCatalog } from './bundle-catalog.ts';
import { catalog } from './catalog.ts';
import { componentCatalog } from './component-catalog.ts';
import { faultCatalog } from './fault-catalog.ts';
import { migrationCatalog } from './migration-catalog.ts';
import { otherWritersCatalog } from './other-writers-catalog.ts';
import { preflightCatalog } from './preflight-catalog.ts';
import { routeCatalog } from './route-catalog.ts';
import { stepCatalog } from './step-catalog.ts';
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
  ['Keys, affirmations and the maintenance window', /^(KEY|PULL_SECRET|AFFIRMATION|BACKUP|WINDOW)_/],
  [
    'The cluster, and what may be done there',
    /^(HELM_|KUBERNETES_|WRONG_CLUSTER|PERMISSION_|CAPACITY_|UNHEALTHY_|STORAGE_CLASS_|TLS_|SECRET_DIFFERS|CLAIM_NOT_BOUND|VOLUME_POLICY_|LOCAL_COMMAND_)/,
  ],
  [
    'Releases and their versions',
    /^(ALL_)?RELEASES?_|^ROUTE_|^STOP_|^NEWEST_REVISION|^ORIGIN_|^DOWNGRADE|^ALREADY_|^ROLLBACK_|^VERSION_|^PREDECESSOR_|^CHART_(RENAMED|OWNS)/,
  ],
  ['Migrations, and what a site must say for them', /^(INPUT_|FACT_|POINT_OF_NO_RETURN)/],
  ['Values', /^(VALUE|DEFAULT_|PINNED_)/],
  ['Others who write at the same time', /^(GITOPS_|FOREIGN_(REVISION|WRITE)|CHART_TAG_)/],
  ['Bundles, and charts from a folder', /^(BUNDLE_|CHART_ALTERED)/],
];

const order: readonly string[] = [...preflightThemes.map(([title]) => title), forecastTheme, faultTheme];

/** Where a code belongs: every one has exactly one theme. */
export function themeOf(code: string): string {
  if (Object.hasOwn(faultCatalog, code)) return faultTheme;
  const isPreflight = [
    preflightCatalog,
    valuesCatalog,
    migrationCatalog,
    componentCatalog,
    routeCatalog,
    stepCatalog,
    bundleCatalog,
    otherWritersCatalog,
  ].some((known) => Object.hasOwn(known, code));
  if (!isPreflight) return forecastTheme;
  return preflightThemes.find(([, words]) => words.test(code))?.[0] ?? forecastTheme;
}

/** The whole catalog by theme, in the order in which an upgrade meets them. */
export function themes(): readonly Theme[] {
  return order
    .map((title) => ({ title, codes: Object.keys(catalog).filter((code) => themeOf(code) === title) }))
    .filter(({ codes }) => codes.length > 0);
}
