/** What somebody may want to do on a site. Each purpose takes the permissions of the ones before it. */
export const purposes = ['read', 'forecast', 'apply'] as const;
export type Purpose = (typeof purposes)[number];

/**
 * What is lost where a permission is missing. `blocker`: the upgrade cannot be made. `warning`: it can, but somebody sees less of
 * it. `unread`: a question stays open, and the plan says so; `shown` is the same, told by the read that is refused.
 */
export type Lack = 'blocker' | 'warning' | 'unread' | 'shown';

/** One resource and what is done with it, in the words of Kubernetes' rules. */
export interface Permission {
  /** Empty for the core group. */
  readonly group: string;
  /** Plural, with the subresource behind a slash. */
  readonly resource: string;
  readonly verbs: readonly string[];
  /** Empty: in the whole cluster. */
  readonly namespace: string;
  /** Only objects of these names. */
  readonly names?: readonly string[] | undefined;
  /** The first purpose that needs it. */
  readonly purpose: Purpose;
  readonly lack: Lack;
  /** For whoever is to grant it. */
  readonly why: string;
}

/** A rule of a chart's own role: who grants it has to have it. */
export interface GrantedRule {
  /** Empty: in the whole cluster. */
  readonly namespace: string;
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[] | undefined;
  readonly nonResourceURLs?: readonly string[] | undefined;
}

/** A kind as the API server serves it. */
export interface ServedKind {
  readonly group: string;
  /** Plural. */
  readonly resource: string;
  readonly isNamespaced: boolean;
}

/** True when a permission for `needed` is part of what `purpose` takes. */
export function isNeededFor(needed: Purpose, purpose: Purpose): boolean {
  return purposes.indexOf(needed) <= purposes.indexOf(purpose);
}
