import { durationSeconds } from '../../model/duration.ts';
import { defaultGraces, type Graces } from '../../model/platform.ts';

/** Graces as numbers; durations in seconds, shrunk by the site's timeScale. */
export interface FaultGraces {
  readonly imageRefusals: number;
  readonly transientPull: number;
  readonly unschedulable: number;
  readonly missingReference: number;
  readonly crashRestarts: number;
  readonly minReady: number;
  /** What times in the cluster's own objects, such as startup probes, are multiplied by. */
  readonly scale: number;
}

/** The graces of a definition or site in seconds; what they leave out is taken from the defaults. */
export function faultGraces(graces: Partial<Graces> = {}, timeScale = 1): FaultGraces {
  const all = { ...defaultGraces, ...graces };
  const scaled = (duration: string): number => durationSeconds(duration) * timeScale;
  return {
    imageRefusals: all.imageRefusals,
    transientPull: scaled(all.transientPull),
    unschedulable: scaled(all.unschedulable),
    missingReference: scaled(all.missingReference),
    crashRestarts: all.crashRestarts,
    minReady: scaled(all.minReady),
    scale: timeScale,
  };
}
