import { foretoldBy, statedEnd, type CorpusCase, type Foretold, type TruthWord, type Variant } from './case.ts';

/** A finding as `plan -o json` prints it. */
export interface SaidFinding {
  readonly code: string;
  readonly severity: 'info' | 'warning' | 'blocker';
  readonly message: string;
  readonly object?: { readonly kind: string; readonly name: string } | undefined;
  readonly field?: string | undefined;
}

/** What the plan said. */
export interface Said {
  readonly exit: number;
  /** A finding whose remedy the plan has taken is gone from its last forecast; the decision tells of it. */
  readonly decisions: readonly {
    readonly remedy: string;
    readonly how: string;
    readonly code?: string | undefined;
    readonly title?: string | undefined;
  }[];
  readonly forecast: {
    readonly complete: boolean;
    readonly findings: readonly SaidFinding[];
    readonly unforeseen: readonly { readonly what: string; readonly why: string }[];
  };
}

/** What was seen when helm upgraded in earnest. */
export interface Seen {
  readonly code: number;
  readonly words: string;
  readonly events: readonly string[];
  readonly harm: string | undefined;
}

/** `foreseen by another code`: a blocker was reported, though not all that the case asks for. */
export type Verdict =
  | 'foreseen and happened'
  | 'foreseen by another code'
  | 'foreseen and did not happen'
  | 'foreseen; simulated nodes cannot show it'
  | 'not foreseen and happened'
  | 'said not to be judged'
  | 'clean and went well';

export interface CaseResult {
  readonly name: string;
  readonly title: string;
  readonly variant: Variant;
  readonly verdict: Verdict;
  /** Codes and objects of blockers and warnings, and of what the case asks for. */
  readonly said: readonly string[];
  /** What the case asks for and the forecast did not say. */
  readonly missing: readonly string[];
  readonly happened: TruthWord;
  /** The line of helm, of an event or of a look at the objects that shows the trouble. */
  readonly words: string;
  /** False where the upgrade did not end as the case states: the case is wrong, or the cluster has changed. */
  readonly asStated: boolean;
}

/** Compares what was foreseen with what happened; pure. The namespace is blotted out of every text. */
export function classify(item: CorpusCase, variant: Variant, said: Said, seen: Seen, namespace: string): CaseResult {
  const { unforeseen } = said.forecast;
  const findings = [...said.forecast.findings, ...said.decisions.flatMap(findingOf)];
  const foretold = foretoldBy(item, variant);
  const missing = foretold.filter((wanted) => !findings.some((finding) => matches(finding, wanted, namespace)));
  const isAsked = (finding: SaidFinding) => foretold.some((wanted) => matches(finding, wanted, namespace));
  const blockers = findings.filter((finding) => finding.severity === 'blocker');
  const isForeseen = foretold.length > 0 ? missing.length === 0 : blockers.length > 0;
  const isNotJudged =
    item.notJudged !== undefined && unforeseen.some(({ what, why }) => item.notJudged?.test(`${what} ${why}`));
  const happened = endOf(seen);
  const isTrouble = happened !== 'succeeds' || seen.harm !== undefined;
  const says = item.truth.says;
  const text = [seen.words, ...seen.events, seen.harm ?? ''].join('\n');
  return {
    name: item.name,
    title: item.title,
    variant,
    verdict: verdictOf(item, { isForeseen, isBlocked: blockers.length > 0, isNotJudged, isTrouble }),
    said: findings.filter((finding) => finding.severity !== 'info' || isAsked(finding)).map(sayOf),
    missing: missing.map(({ code, object, field }) => [code, object, field].filter(Boolean).join(' ')),
    happened,
    words: tidy(isTrouble ? tellingLine(seen, says) : '', namespace),
    asStated:
      happened === statedEnd(item, variant) && (happened === 'succeeds' || says === undefined || says.test(text)),
  };
}

/** The finding that a plan has answered by itself. */
function findingOf({ code, title, remedy, how }: Said['decisions'][number]): readonly SaidFinding[] {
  if (code === undefined || how !== 'default') return [];
  return [{ code, severity: 'info', message: `${title ?? ''} (${remedy})` }];
}

interface Truths {
  readonly isForeseen: boolean;
  readonly isBlocked: boolean;
  readonly isNotJudged: boolean;
  readonly isTrouble: boolean;
}

function verdictOf(item: CorpusCase, { isForeseen, isBlocked, isNotJudged, isTrouble }: Truths): Verdict {
  if (isForeseen && item.truth.unseenHere !== undefined && !isTrouble)
    return 'foreseen; simulated nodes cannot show it';
  if (isForeseen) return isTrouble ? 'foreseen and happened' : 'foreseen and did not happen';
  if (isBlocked && isTrouble) return 'foreseen by another code';
  if (isNotJudged) return 'said not to be judged';
  return isTrouble || item.truth.unseenHere !== undefined ? 'not foreseen and happened' : 'clean and went well';
}

function matches(finding: SaidFinding, { code, object, field }: Foretold, namespace: string): boolean {
  if (finding.code !== code) return false;
  const named = finding.object === undefined ? '' : `${finding.object.kind}/${finding.object.name}`;
  const wanted = object?.replaceAll('__NS__', namespace);
  if (wanted !== undefined && named !== wanted && !finding.message.includes(wanted.split('/')[1] ?? '')) return false;
  return field === undefined || `${finding.field ?? ''}\n${finding.message}`.includes(field);
}

function endOf({ code, words }: Seen): TruthWord {
  if (code === 0) return 'succeeds';
  return /timed out waiting|context deadline exceeded|not ready|client rate limiter/i.test(words) ? 'hangs' : 'refused';
}

function sayOf({ code, severity, object }: SaidFinding): string {
  return `${severity === 'info' ? '' : `${severity} `}${code}${object === undefined ? '' : ` ${object.kind}/${object.name}`}`;
}

function tellingLine(seen: Seen, says: RegExp | undefined): string {
  if (seen.harm !== undefined) return seen.harm;
  const lines = [...seen.words.split('\n').filter((line) => line.startsWith('Error')), ...seen.events];
  return lines.find((line) => says?.test(line)) ?? lines[0] ?? seen.words.trim();
}

/** What differs from run to run is blotted out, and long texts end early: tables of two runs compare. */
function tidy(text: string, namespace: string): string {
  const plain = text
    .replaceAll(namespace, 'NAMESPACE')
    .replaceAll(/127\.0\.0\.1:\d+/g, 'ADDRESS')
    .replaceAll(/"10\.\d+\.\d+\.\d+"/g, '"IP"')
    .replaceAll(/\b(web|db|shop|agent)-[a-z0-9]{8,10}(-[a-z0-9]{5})?\b/g, '$1-HASH')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return plain.length <= 240 ? plain : `${plain.slice(0, 237)}…`;
}
