import { bundleCatalog } from './bundle-catalog.ts';
import type { CatalogEntry } from './catalog-entry.ts';
import { componentCatalog } from './component-catalog.ts';
import { faultCatalog } from './fault-catalog.ts';
import { forecastCatalog } from './forecast-catalog.ts';
import { hopCatalog } from './hop-catalog.ts';
import { imagesCatalog } from './images-catalog.ts';
import { migrationCatalog } from './migration-catalog.ts';
import { otherWritersCatalog } from './other-writers-catalog.ts';
import { preflightCatalog } from './preflight-catalog.ts';
import { reinstallCatalog } from './reinstall-catalog.ts';
import { routeCatalog } from './route-catalog.ts';
import { stepCatalog } from './step-catalog.ts';
import { valuesCatalog } from './values-catalog.ts';
import { workloadCatalog } from './workload-catalog.ts';

/** Every code that liftlock can name, with its page. Codes are stable: scripts and platform definitions refer to them. */
export const catalog = {
  ...preflightCatalog,
  ...valuesCatalog,
  ...forecastCatalog,
  ...workloadCatalog,
  ...imagesCatalog,
  ...reinstallCatalog,
  ...routeCatalog,
  ...hopCatalog,
  ...componentCatalog,
  ...stepCatalog,
  ...migrationCatalog,
  ...bundleCatalog,
  ...otherWritersCatalog,
  ...faultCatalog,
} satisfies Readonly<Record<string, CatalogEntry>>;

/** A code of something found before, or beside, a rollout. */
export type FindingCode =
  | keyof typeof migrationCatalog
  | keyof typeof bundleCatalog
  | keyof typeof preflightCatalog
  | keyof typeof valuesCatalog
  | keyof typeof forecastCatalog
  | keyof typeof workloadCatalog
  | keyof typeof imagesCatalog
  | keyof typeof reinstallCatalog
  | keyof typeof routeCatalog
  | keyof typeof hopCatalog
  | keyof typeof componentCatalog
  | keyof typeof stepCatalog
  | keyof typeof otherWritersCatalog;
/** A code of the cause of a failing rollout. */
export type FaultCode = keyof typeof faultCatalog;

/** True for a code that has a page. */
export function isKnownCode(code: string): code is FindingCode | FaultCode {
  return Object.hasOwn(catalog, code);
}

export type { CatalogEntry };
