import { readRefusal } from '../findings/foreseen/classify-refusal.ts';
import { describeRefusal } from '../findings/foreseen/describe-refusal.ts';
import type { Reading, Refusal } from '../findings/foreseen/refusal.ts';
import { finding } from '../findings/make-finding.ts';
import type { Finding } from '../model/finding.ts';
import { formatRef, type ObjectRef } from '../model/kube.ts';
import type { ShadowAnswer } from '../model/ports.ts';
import type { Unread } from '../model/snapshot.ts';
import { rewriteFinding } from './old-record.ts';
import { foreignFinding } from './ownership.ts';
import { findLive } from './find-live.ts';
import { immutableLadder } from './immutable-ladder.ts';
import type { ForeseenRelease, LookParts, ReleaseLook } from './foreseen-release.ts';
import { missingVerbs } from './missing-verbs.ts';
import { refusedRef } from './refused-ref.ts';

/** Everything that the API server or helm refuses of one helm step, each with its class where that is certain. */
export const refusalsOf: ReleaseLook = async (foreseen, parts) => {
  const { step, answers, helm, record } = foreseen;
  const isRollback = step.kind === 'helm-rollback';
  const refused = answers.filter(
    (answer) => answer.status >= 400 && answer.unforeseen === undefined && answer.method !== 'DELETE',
  );
  const byServer = await Promise.all(
    refused.map(async (answer) => {
      const words = parts.redactor.text(answer.message ?? '');
      const readings = readRefusal({ words, isRollback });
      return Promise.all(readings.map((reading) => findingFor(reading, answer, foreseen, parts)));
    }),
  );
  const said = helm.code === 0 ? [] : readRefusal({ words: helm.words, isRollback });
  const told = byServer.flat();
  const byHelm: Finding[] = [];
  for (const reading of said) {
    // That a release is locked is told by its record.
    if (reading.refusal?.code === 'RELEASE_PENDING' && foreseen.release !== undefined) continue;
    if (isTold(reading, refused, told, parts)) continue;
    byHelm.push(await findingFor(reading, undefined, foreseen, parts));
  }
  return {
    findings: distinct([...told, ...byHelm]),
    unforeseen: [
      ...(helm.code === 0 ? [] : hidden(foreseen, record !== undefined)),
      ...answers.flatMap((answer) => unjudged(answer, foreseen, parts)),
    ],
  };
};

/** Who may not write an object is not told whether it would be accepted: each is named. */
function unjudged(answer: ShadowAnswer, foreseen: ForeseenRelease, { redactor }: LookParts): readonly Unread[] {
  if (answer.status !== 403 || answer.unforeseen !== undefined) return [];
  const words = redactor.text(answer.message ?? '');
  return readRefusal({ words }).flatMap(({ refusal }) => {
    if (refusal?.code !== 'PERMISSION_MISSING' || refusal.verb === 'escalate') return [];
    const object = refusedRef(refusal.object, answer, foreseen);
    const { message } = describeRefusal(refusal, foreseen.step.release, undefined);
    return [{ what: object === undefined ? answer.path : formatRef(object), why: message }];
  });
}

/** Where helm stopped, what it would have asked for after that is not known. */
function hidden({ step, helm }: ForeseenRelease, hasRecord: boolean): readonly Unread[] {
  const what = `${hasRecord ? 'the rest' : 'all changes'} of ${step.component}`;
  return helm.code === 0 ? [] : [{ what, why: 'helm stops at what it refuses' }];
}

/** helm repeats what the API server said. */
function isTold(
  reading: Reading,
  refused: readonly ShadowAnswer[],
  told: readonly Finding[],
  { redactor }: Pick<LookParts, 'redactor'>,
): boolean {
  const isRepeated = refused.some(({ message = '' }) => {
    const words = redactor.text(message).replaceAll(/\s+/g, ' ').trim();
    return words !== '' && reading.words.includes(words);
  });
  return (
    isRepeated || (reading.refusal?.object === undefined && told.some(({ code }) => code === reading.refusal?.code))
  );
}

function distinct(findings: readonly Finding[]): readonly Finding[] {
  return [...new Map(findings.map((item) => [`${item.code}\n${item.message}`, item])).values()];
}

async function findingFor(
  { refusal, words }: Reading,
  answer: ShadowAnswer | undefined,
  foreseen: ForeseenRelease,
  parts: LookParts,
): Promise<Finding> {
  const { step } = foreseen;
  const object = refusedRef(refusal?.object, answer, foreseen);
  if (refusal === undefined) return unknown(foreseen, words, answer, object);
  const live = answer?.before;
  switch (refusal.code) {
    case 'FOREIGN_OWNERSHIP': {
      const found = live ?? (await findLive(refusal.object, parts.reader));
      return found === undefined ? plain(refusal, foreseen, object) : foreignFinding(step, found, parts);
    }
    case 'REMOVED_API_IN_RECORD':
      return rewriteFinding(step, refusal.object ?? {});
    case 'IMMUTABLE_FIELD': {
      const remedies =
        object === undefined ? [] : await immutableLadder({ step, object, live, method: answer?.method }, parts);
      return { ...plain(refusal, foreseen, object), remedies };
    }
    case 'PERMISSION_MISSING':
      return plain({ ...refusal, verb: await missingVerbs(refusal, parts.reader) }, foreseen, object);
    default:
      return plain(refusal, foreseen, object);
  }
}

function plain(refusal: Refusal, { step }: ForeseenRelease, object: ObjectRef | undefined): Finding {
  const { message, field } = describeRefusal(
    refusal,
    step.release,
    object === undefined ? undefined : formatRef(object),
  );
  const isOfRelease = refusal.code === 'RECORD_TOO_LARGE' || refusal.code === 'RELEASE_PENDING';
  return finding({
    code: refusal.code,
    severity: 'blocker',
    component: step.component,
    ...(object === undefined || isOfRelease ? {} : { object }),
    ...(field === undefined || field === '' ? {} : { field }),
    message,
  });
}

/** Text that fits no class: it is told as it is, and nothing is offered. */
function unknown(
  { step }: ForeseenRelease,
  words: string,
  answer: ShadowAnswer | undefined,
  object: ObjectRef | undefined,
): Finding {
  const what = object === undefined ? (answer?.path ?? '') : formatRef(object);
  const verb = step.kind === 'helm-rollback' ? 'rollback' : 'upgrade';
  return finding({
    code: 'FORECAST_REJECTED',
    severity: 'blocker',
    component: step.component,
    ...(object === undefined ? {} : { object }),
    message:
      answer === undefined
        ? `helm refuses the ${verb} of ${step.release}: ${words}`
        : `The API server would refuse ${what}: ${words}`,
  });
}
