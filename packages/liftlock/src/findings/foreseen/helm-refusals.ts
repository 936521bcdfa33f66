import { isKubernetesApi } from '../../release/kubernetes-apis.ts';
import type { Refusal, RefusalFacts } from './refusal.ts';

/**
 * What helm itself refuses before it asks the API server for a change. Runs of white space are single spaces, save for what a
 * schema says. Undefined where no class is certain.
 * Sources: helm pkg/action (upgrade.go, validate.go), pkg/kube/client.go, pkg/engine, pkg/chartutil/jsonschema.go.
 */
export function helmRefusal(words: string): RefusalFacts | undefined {
  if (/another operation \(install\/upgrade\/rollback\) is in progress/.test(words)) return { code: 'RELEASE_PENDING' };
  if (isRecordTooLarge(words)) return { code: 'RECORD_TOO_LARGE' };
  if (/"[^"]+" has no deployed releases/.test(words)) return { code: 'RELEASE_ABSENT' };
  const range = /chart requires kubeVersion: (.+?) which is incompatible with Kubernetes (\S+)/.exec(words);
  if (range !== null) return { code: 'KUBERNETES_OUT_OF_RANGE', range: range[1] ?? '', version: range[2] ?? '' };
  return templateFailed(words);
}

function isRecordTooLarge(words: string): boolean {
  const isRecord = /sh\.helm\.release\.v1\.|create: failed to create: |update: failed to update: /.test(words);
  return isRecord && /Too long: |[Rr]equest (?:entity )?(?:is )?too large|message larger than max/.test(words);
}

/** Objects that exist and are not of this release: helm names the first that it meets. */
export function ownershipRefusal(words: string): Refusal | undefined {
  const match =
    /(\S+) "([^"]+)" in namespace "([^"]*)" exists and cannot be imported into the current release: invalid ownership metadata; (.*)$/.exec(
      words,
    );
  if (match === null) return undefined;
  const [, kind = '', name = '', namespace = '', why = ''] = match;
  const now = (key: string) =>
    new RegExp(`key "${key.replaceAll('.', String.raw`\.`)}" must equal "[^"]*": current value is "([^"]*)"`).exec(
      why,
    )?.[1];
  return {
    code: 'FOREIGN_OWNERSHIP',
    object: { kind, name, ...(namespace === '' ? {} : { namespace }) },
    owner: {
      managedBy: now('app.kubernetes.io/managed-by'),
      release: now('meta.helm.sh/release-name'),
      namespace: now('meta.helm.sh/release-namespace'),
    },
  };
}

/**
 * Kinds that the API server does not know, each with its object where helm names it.
 * @param isRollback the new manifest of a rollback is that of a record as well
 */
export function unknownKinds(words: string, isRollback: boolean): readonly Refusal[] {
  const isRecord = /objects from current release manifest|objects for delete/.test(words) || isRollback;
  const matches = words.matchAll(
    /(?:resource mapping not found for name: "([^"]*)" namespace: "([^"]*)" from "[^"]*": )?no matches for kind "([^"]+)" in version "([^"]+)"/g,
  );
  return [...matches].map(([, name = '', namespace = '', kind = '', apiVersion = '']) => ({
    code: isRecord ? 'REMOVED_API_IN_RECORD' : isKubernetesApi(apiVersion) ? 'REMOVED_API_IN_CHART' : 'CRD_MISSING',
    object: {
      apiVersion,
      kind,
      ...(name === '' ? {} : { name }),
      ...(namespace === '' ? {} : { namespace }),
    },
  }));
}

function templateFailed(words: string): RefusalFacts | undefined {
  // A template that was called by others: the innermost place is the last, and its words are the cause.
  const traced = [...words.matchAll(/(?:template: )?(\S+?:\d+:\d+):? executing "[^"]+" at <(.+?)>: /g)].at(-1);
  const own = /execution error at \(([^)]+)\): (.*)$/.exec(words);
  if (own !== null) return { code: 'TEMPLATE_FAILED', place: own[1] ?? '', why: own[2] ?? '' };
  if (traced !== undefined) {
    const why = words.slice(traced.index + traced[0].length).replace(/^error calling (\S+): /, '$1: ');
    return { code: 'TEMPLATE_FAILED', place: traced[1] ?? '', at: traced[2], why };
  }
  const parse = /parse error at \(([^)]+)\): (.*)$/.exec(words);
  if (parse !== null) return { code: 'TEMPLATE_FAILED', place: parse[1] ?? '', why: parse[2] ?? '' };
  const yaml = /YAML parse error on (\S+): (.*)$/.exec(words);
  if (yaml === null) return undefined;
  const [, file = '', why = ''] = yaml;
  const line = /\byaml: line (\d+): (.*)$/.exec(why);
  return line === null
    ? { code: 'TEMPLATE_FAILED', place: file, why }
    : {
        code: 'TEMPLATE_FAILED',
        place: file,
        why: `what it renders is no YAML, line ${line[1] ?? ''}: ${line[2] ?? ''}`,
      };
}

/** What a chart's schema says, line by line, in both forms that helm has had. */
export function schemaRefusal(text: string): RefusalFacts | undefined {
  const begin = /values don't meet the specifications of the schema\(s\) in the following chart\(s\):/.exec(text);
  if (begin === null) return undefined;
  const mistakes: { chart: string; path: string; why: string }[] = [];
  let chart = '';
  for (const line of text.slice(begin.index + begin[0].length).split('\n')) {
    const head = /^([\w.-]+):$/.exec(line.trim());
    if (head !== null) chart = head[1] ?? '';
    const pointer = /^- at '([^']*)': (.*)$/.exec(line.trim());
    const dotted = pointer === null ? /^- ([^:]+): (.*)$/.exec(line.trim()) : null;
    if (pointer !== null) mistakes.push({ chart, path: fromPointer(pointer[1] ?? ''), why: pointer[2] ?? '' });
    if (dotted !== null)
      mistakes.push({ chart, path: dotted[1] === '(root)' ? '' : (dotted[1] ?? ''), why: dotted[2] ?? '' });
  }
  return mistakes.length === 0 ? undefined : { code: 'VALUES_SCHEMA', mistakes };
}

/** A JSON pointer as helm writes paths of values. */
function fromPointer(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((key) =>
      key
        .replaceAll('~1', '/')
        .replaceAll('~0', '~')
        .replaceAll('.', String.raw`\.`),
    )
    .join('.');
}
