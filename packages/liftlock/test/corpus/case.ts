import type { Sandbox } from '@liftlock/sandbox';
import type { Rule } from './limited-user.ts';

/**
 * Who installs and who upgrades: `helm3` both times; `helm4` both times, which applies server-side; `helm4-client-side` is
 * Helm 4 on a release that Helm 3 installed, which it goes on to apply client-side.
 */
export type Variant = 'helm3' | 'helm4' | 'helm4-client-side';

export type HelmName = 'helm3' | 'helm4';

/** A chart as texts. Everywhere `__NS__` stands for the namespace of the case, so that cluster-wide names are its own. */
export interface ChartTexts {
  /** Objects without a template's marks. */
  readonly objects?: readonly object[] | undefined;
  /** Further files by their path in the chart: templates, `values.yaml`, `crds/…`, `charts/…`. */
  readonly files?: Readonly<Record<string, string>> | undefined;
  readonly appVersion?: string | undefined;
}

/** The cluster as a case finds it, for what someone did beside the charts. */
export interface CaseWorld {
  readonly sandbox: Sandbox;
  readonly namespace: string;
  readonly variant: Variant;
  /** Helm as a person uses it; resolves with its exit code and words. */
  helm(name: HelmName, ...args: readonly string[]): Promise<HelmWords>;
  /** Writes a chart and returns its folder. */
  chart(texts: ChartTexts, version: string): Promise<string>;
  create(object: object): Promise<void>;
  /** The object, or undefined when there is none; `namespace` only where it is another than the case's. */
  find(apiVersion: string, kind: string, name: string, namespace?: string): Promise<LiveObject | undefined>;
  patch(apiVersion: string, kind: string, name: string, patch: object): Promise<void>;
  /** Asks until the API server refuses such an object: webhooks and policies come into force a moment later. */
  untilRefused(object: object): Promise<void>;
  onClose(close: () => Promise<unknown>): void;
}

export interface HelmWords {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** An object as it is stored. */
export interface LiveObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly [key: string]: unknown;
  };
  readonly [key: string]: unknown;
}

/** What the forecast must say: one finding. */
export interface Foretold {
  readonly code: string;
  /** `Kind/name`. */
  readonly object?: string | undefined;
  /** A part of the finding's field, or of its message where it names none. */
  readonly field?: string | undefined;
}

/** What the real helm did, and what came of it. */
export interface Truth {
  /**
   * `refused`: helm ends with an error at once; `hangs`: it waits in vain; `succeeds`: it ends well, whatever came of it.
   * By variant where they differ.
   */
  readonly helm: TruthWord | Partial<Readonly<Record<Variant, TruthWord>>>;
  /** In helm's words or the cluster's events, where helm was refused or hung. */
  readonly says?: RegExp | undefined;
  /** Looks for harm that helm does not report; says what it found. */
  readonly harm?: ((world: CaseWorld) => Promise<string | undefined>) | undefined;
  /** Why the simulated nodes cannot show what would happen; set only where a kubelet or a volume driver is needed. */
  readonly unseenHere?: string | undefined;
}

export type TruthWord = 'succeeds' | 'refused' | 'hangs';

/** One upgrade, what must be foreseen of it, and what really happens. */
export interface CorpusCase {
  /** Kebab-case; the file's name too. */
  readonly name: string;
  readonly title: string;
  readonly variants?: readonly Variant[] | undefined;
  /** The installed chart; undefined where the release is installed for the first time. */
  readonly before?: ChartTexts | undefined;
  readonly after: ChartTexts;
  /** The user's values file, for both. */
  readonly values?: string | undefined;
  /** Before the old chart is installed. */
  readonly first?: ((world: CaseWorld) => Promise<void>) | undefined;
  /** After the old chart was installed. */
  readonly prepare?: ((world: CaseWorld) => Promise<void>) | undefined;
  /** The guide's `--force`. */
  readonly force?: boolean | undefined;
  /** A user with these rights in the namespace plans and upgrades, instead of an administrator. */
  readonly rights?: readonly Rule[] | undefined;
  /** Empty: nothing is in the way, and no blocker may be reported. By variant where they differ. */
  readonly foretells: readonly Foretold[] | Partial<Readonly<Record<Variant, readonly Foretold[]>>>;
  /** What the forecast must say that it did not judge. */
  readonly notJudged?: RegExp | undefined;
  readonly truth: Truth;
}

/** The case's findings for a variant. */
export function foretoldBy(item: CorpusCase, variant: Variant): readonly Foretold[] {
  const { foretells } = item;
  return Array.isArray(foretells)
    ? (foretells as readonly Foretold[])
    : ((foretells as Partial<Readonly<Record<Variant, readonly Foretold[]>>>)[variant] ?? []);
}

/** How helm ends, as the case states it for a variant. */
export function statedEnd({ truth }: CorpusCase, variant: Variant): TruthWord {
  return typeof truth.helm === 'string' ? truth.helm : (truth.helm[variant] ?? 'succeeds');
}
