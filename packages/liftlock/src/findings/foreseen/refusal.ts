import type { FaultCode, FindingCode } from '../catalog.ts';

/** The object that a refusal is about, as far as its words name it. */
export interface RefusedObject {
  readonly apiVersion?: string | undefined;
  readonly kind?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

/** Whose an object is, by the label and the annotations that helm looks at; undefined where it has none. */
export interface Owner {
  readonly managedBy?: string | undefined;
  readonly release?: string | undefined;
  readonly namespace?: string | undefined;
}

/** What a refusal says, by class. */
export type RefusalFacts =
  | { readonly code: 'IMMUTABLE_FIELD'; readonly fields: readonly string[]; readonly why: string }
  | { readonly code: 'FOREIGN_OWNERSHIP'; readonly owner: Owner }
  | { readonly code: 'REMOVED_API_IN_CHART' | 'REMOVED_API_IN_RECORD' | 'CRD_MISSING' }
  | {
      readonly code: 'APPLY_CONFLICT';
      readonly conflicts: readonly { readonly manager: string; readonly fields: readonly string[] }[];
    }
  | { readonly code: 'ADMISSION_DENIED'; readonly by: string; readonly why: string }
  | {
      readonly code: 'WEBHOOK_DOWN';
      readonly webhook: string;
      readonly service?: { readonly namespace: string; readonly name: string } | undefined;
      readonly why: string;
    }
  | { readonly code: 'QUOTA_EXCEEDED'; readonly quota: string; readonly why: string }
  | { readonly code: 'LIMIT_RANGE'; readonly why: string }
  | {
      readonly code: 'PERMISSION_MISSING';
      readonly user: string;
      readonly verb: string;
      readonly resource: string;
      readonly group: string;
      /** Undefined at the scope of the cluster. */
      readonly namespace?: string | undefined;
    }
  | { readonly code: 'NAMESPACE_MISSING' | 'NAMESPACE_TERMINATING'; readonly namespace: string }
  | { readonly code: 'STRICT_FIELD'; readonly fields: readonly string[] }
  | { readonly code: 'RELEASE_PENDING' | 'RELEASE_ABSENT' | 'OBJECT_MODIFIED' }
  | {
      readonly code: 'API_SERVER_AWAY' | 'CLUSTER_LOGIN_REFUSED' | 'CLUSTER_CERTIFICATE_UNKNOWN' | 'NOT_READY';
      readonly why: string;
    }
  /** The reason is the API's own word, such as `BackoffLimitExceeded`; empty where helm does not say it. */
  | { readonly code: 'JOB_FAILED'; readonly reason: string }
  | { readonly code: 'KUBERNETES_OUT_OF_RANGE'; readonly range: string; readonly version: string }
  | { readonly code: 'RECORD_TOO_LARGE' }
  | {
      readonly code: 'TEMPLATE_FAILED';
      /** FILE:LINE:COLUMN, as far as helm knows it. */
      readonly place: string;
      /** The expression that failed, such as `.Values.x.y`. */
      readonly at?: string | undefined;
      readonly why: string;
    }
  | {
      readonly code: 'VALUES_SCHEMA';
      /** The path is helm's dotted form, empty for the whole. */
      readonly mistakes: readonly { readonly chart: string; readonly path: string; readonly why: string }[];
    };

/** One refusal whose class is certain. */
export type Refusal = RefusalFacts & {
  readonly code: FindingCode | FaultCode;
  readonly object?: RefusedObject | undefined;
};

/** One piece of a refusal: of what helm says there may be several, joined. */
export type Reading =
  | { readonly refusal: Refusal; readonly words: string }
  /** No class fits: what is not known for certain gets no remedy. */
  | { readonly refusal: undefined; readonly words: string };
