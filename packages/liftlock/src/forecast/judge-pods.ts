import { podTemplateOf, type HopObject } from '../findings/foreseen/hop.ts';
import { podRefusal, withoutRefused, type PodRefusal } from '../findings/foreseen/pod-refusal.ts';
import { canonicalJson } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import type { ClusterWriter, DryRunAnswer } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';
import { podFromTemplate } from './pod-from-template.ts';

/** What the API server says of one pod of a workload. */
export interface JudgedPod {
  readonly of: HopObject;
  readonly asked: KubeObject;
  /** As it would be stored; undefined when it was refused to the end. */
  readonly stored?: KubeObject | undefined;
  readonly refusals: readonly PodRefusal[];
  readonly warnings: readonly string[];
  /** Why nothing can be said. */
  readonly unforeseen?: string | undefined;
}

/** More would be a pod that is refused for ever new reasons. */
const mostQuestions = 6;

/** Asks about one pod until it is let in or nothing more can be learned. Writes nothing. */
export async function judgePod(
  of: HopObject,
  writer: Pick<ClusterWriter, 'dryRunCreate'>,
): Promise<JudgedPod | undefined> {
  const asked = podFromTemplate(of);
  if (asked === undefined) return undefined;
  const path = `/api/v1/namespaces/${asked.metadata.namespace ?? of.namespace}/pods`;
  const refusals: PodRefusal[] = [];
  let warnings: readonly string[] = [];
  let pod: KubeObject | undefined = asked;
  for (let question = 0; question < mostQuestions && pod !== undefined; question += 1) {
    const answer: DryRunAnswer | string = await ask(path, pod, writer);
    if (typeof answer === 'string') return { of, asked, refusals, warnings, unforeseen: answer };
    warnings = [...new Set([...warnings, ...answer.warnings])];
    if (answer.object !== undefined) return { of, asked, stored: answer.object, refusals, warnings };
    const refusal = podRefusal(answer.message ?? `HTTP status ${answer.status}`);
    if (refusal.code === 'not-judged') return { of, asked, refusals, warnings, unforeseen: refusal.words };
    // With its resources left out a pod may lack what a quota asks for: that is no news.
    const isEcho = refusals.some(({ code }) => code === 'LIMIT_RANGE') && /quota/.test(refusal.words);
    if (isEcho || refusals.some(({ code, words }) => code === refusal.code && words === refusal.words)) break;
    refusals.push(refusal);
    pod = withoutRefused(pod, refusal);
  }
  return { of, asked, refusals, warnings };
}

/** The answer, or why there is none. */
async function ask(
  path: string,
  pod: KubeObject,
  writer: Pick<ClusterWriter, 'dryRunCreate'>,
): Promise<DryRunAnswer | string> {
  try {
    return await writer.dryRunCreate(path, pod);
  } catch (error) {
    if (!isProblem(error)) throw error;
    // The API server answers 500 for a webhook that it cannot reach: the pod would be refused in earnest too.
    if (podRefusal(error.message).code !== 'WEBHOOK_DOWN') return error.message;
    return { status: 500, message: error.message, reason: 'InternalError', warnings: [] };
  }
}

/** True for a workload whose pods would be made anew: it is new, or its template changes. */
export function makesNewPods({ object, live, isWritten }: HopObject): boolean {
  const template = podTemplateOf(object);
  if (template === undefined || !isWritten) return false;
  if (live === undefined) return true;
  const before = podTemplateOf(live);
  return before === undefined || canonicalJson(before) !== canonicalJson(template);
}
