import type { Hop } from './route.ts';
import type { ComponentStatus } from './status.ts';

/** One version that there is, and how it is reached from what is installed. */
export interface VersionRoute {
  readonly version: string;
  /** `available`: nothing is installed yet, so that no way leads there or does not. */
  readonly stands: 'installed' | 'older' | 'reachable' | 'unreachable' | 'available';
  /** For a version that can be reached. */
  readonly hops: readonly Hop[];
  /** Decisions that the route waits for, as `--allow` takes them. */
  readonly decisions: readonly string[];
  /** Why there is no route, and what to do instead. */
  readonly refusal?:
    | { readonly code: string; readonly message: string; readonly advice: readonly string[] }
    | undefined;
}

/** Installed, available and reachable versions of a site. */
export interface SiteVersions {
  readonly platform: string;
  readonly site: string;
  readonly server: string;
  readonly namespace: string;
  readonly components: readonly ComponentStatus[];
  /** The version that routes begin at; undefined where nothing is installed. */
  readonly from?: string | undefined;
  /** Where versions were looked up; undefined where nothing tells them: a registry need not. */
  readonly available?: 'index' | 'folder' | 'registry' | undefined;
  /** The newest first. */
  readonly versions: readonly VersionRoute[];
}
