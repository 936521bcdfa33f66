import type { HopLook, ReleaseLook } from './foreseen-release.ts';
import { leftoversOf } from './leftovers.ts';
import { liveEditsOf } from './live-edits.ts';
import { hooksNotJudged, podsNotJudged } from './not-judged.ts';
import { findingsOf } from './shadow-findings.ts';

/** What is looked at in each release as it would be; a look is one file. */
export const releaseLooks: readonly ReleaseLook[] = [findingsOf, leftoversOf, liveEditsOf, hooksNotJudged];

/** What is looked at over all releases of a hop. */
export const hopLooks: readonly HopLook[] = [podsNotJudged];
