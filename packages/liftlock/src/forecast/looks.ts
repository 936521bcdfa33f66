import { warningsOf } from './api-warnings.ts';
import { crdsOf } from './crds.ts';
import { deletionsOf } from './deletions.ts';
import { forcedOf } from './forced.ts';
import type { HopLook, ReleaseLook } from './foreseen-release.ts';
import { hooksOf } from './hooks.ts';
import { imagesOfHop } from './images.ts';
import { leftoversOf } from './leftovers.ts';
import { liveEditsOf } from './live-edits.ts';
import { nondeterministicOf } from './nondeterministic.ts';
import { oldRecordOf } from './old-record.ts';
import { ownershipOf } from './ownership.ts';
import { podsOf } from './pods.ts';
import { recordSizeOf } from './record-size.ts';
import { referencesOf } from './references.ts';
import { refusalsOf } from './refusals.ts';
import { rolloutsOf } from './rollouts.ts';
import { reinstallOf } from './reinstall.ts';
import { storageOf } from './storage.ts';

/** What is looked at in each release as it would be; a look is one file. */
export const releaseLooks: readonly ReleaseLook[] = [
  refusalsOf,
  ownershipOf,
  oldRecordOf,
  recordSizeOf,
  nondeterministicOf,
  forcedOf,
  deletionsOf,
  warningsOf,
  leftoversOf,
  liveEditsOf,
  crdsOf,
  reinstallOf,
];

/** What is looked at over all releases of a hop. */
export const hopLooks: readonly HopLook[] = [hooksOf, podsOf, referencesOf, rolloutsOf, storageOf, imagesOfHop];

/** Of those, what can be looked at before the hops in between have landed: the others ask the cluster as it is now. */
export const aheadLooks: readonly HopLook[] = [imagesOfHop];
