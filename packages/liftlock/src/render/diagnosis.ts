import type { Platform } from '../model/platform.ts';
import type { Explain } from './fault-words.ts';
import { renderFault } from './fault-screen.ts';
import { renderRunEnd } from './run-end.ts';
import type { RunRecord } from './run-record.ts';
import { causeOf, isSame } from './run-view.ts';
import { makeStyle } from './style.ts';

/** Why a run stopped: its cause in full, then whatever else was seen failing. */
export function renderDiagnosis(
  run: RunRecord,
  platform: Platform,
  view: { readonly width: number; readonly color: boolean; readonly explain?: Explain | undefined },
): string {
  const failed = run.steps.find(({ phase }) => phase === 'failed');
  const end = renderRunEnd(run, platform, view);
  const cause = failed === undefined ? undefined : causeOf(failed.faults);
  const others = (failed?.faults ?? []).filter((fault) => cause !== undefined && !isSame(fault, cause));
  if (others.length === 0) return end;
  const style = makeStyle(view.color);
  const rest = others.map((fault) =>
    renderFault({ ...fault, isCertain: true }, { ...view, troubleshooting: platform.troubleshooting, next: [] }),
  );
  return [end, `${style.bold('Also seen')}\n`, ...rest].join('\n');
}
