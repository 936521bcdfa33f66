import { finding } from '../findings/make-finding.ts';
import type { ReleaseLook } from './foreseen-release.ts';

/** What a Secret may hold, in bytes. Source: k8s.io/api core/v1, MaxSecretSize. */
const limit = 1024 * 1024;
const nearLimit = 900 * 1024;

/** A record of helm's that comes near to what a Secret can hold; one that is over it the API server itself refuses. */
export const recordSizeOf: ReleaseLook = async ({ step, recordBytes }) => {
  if (recordBytes === undefined || recordBytes < nearLimit || recordBytes > limit)
    return { findings: [], unforeseen: [] };
  const kibibytes = Math.round(recordBytes / 1024);
  return {
    findings: [
      finding({
        code: 'RECORD_TOO_LARGE',
        severity: 'warning',
        component: step.component,
        message: `helm's record of release ${step.release} will have ${kibibytes} of the 1024 KiB that a Secret can hold: a later revision may not fit.`,
      }),
    ],
    unforeseen: [],
  };
};
