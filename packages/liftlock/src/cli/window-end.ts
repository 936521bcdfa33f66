import { exitCodes, Problem } from '../model/problem.ts';
import type { Site } from '../model/site.ts';

/** When the window closes, for `--stop-at-window-end`; asked for without a window it is a mistake. */
export function windowEnd(site: Pick<Site, 'window'>): Date {
  if (site.window !== undefined) return new Date(site.window.closes);
  throw new Problem('WINDOW_MISSING', '--stop-at-window-end needs a window in the site file.', {
    exitCode: exitCodes.usage,
    advice: ['Add window: {opens: …, closes: …} to the site file.'],
  });
}
