import type { Platform } from '../model/platform.ts';
import { titleOf, whatToDo, type Explain } from './fault-words.ts';
import { renderFault } from './fault-screen.ts';
import { renderRunEnd } from './run-end.ts';
import { doneComponents, touchedByRun, totalWrites, type RunRecord } from './run-record.ts';
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

/** The diagnosis for machines: what the screen says, by its parts. */
export function diagnosisData(run: RunRecord, { troubleshooting }: Platform, explain?: Explain) {
  const failed = run.steps.find(({ phase }) => phase === 'failed');
  const cause = causeOf(failed?.faults ?? []);
  const code = cause?.code ?? failed?.problem?.code;
  return {
    apiVersion: 'liftlock.dev/v1alpha1',
    kind: 'Diagnosis',
    run: run.run,
    purpose: run.purpose,
    platform: run.plan?.platform.name,
    status: run.status,
    stopReason: run.stopReason,
    touched: touchedByRun(run),
    writes: totalWrites(run),
    finished: doneComponents(run),
    step: failed?.step.id,
    code,
    title: code === undefined ? undefined : titleOf(code, explain),
    cause,
    problem: failed?.problem,
    whatToDo: code === undefined ? [] : whatToDo(code, explain, troubleshooting),
    alsoSeen: (failed?.faults ?? []).filter((fault) => cause !== undefined && !isSame(fault, cause)),
    evidence: run.evidence,
  };
}
