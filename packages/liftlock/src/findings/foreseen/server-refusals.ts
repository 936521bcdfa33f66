import { immutableFields, strictFields } from './invalid-fields.ts';
import type { RefusalFacts } from './refusal.ts';

/**
 * The class of one refusal in the API server's words, in which runs of white space are single spaces; undefined where no
 * class is certain. helm's own words around them do not disturb.
 */
export function serverRefusal(words: string): RefusalFacts | undefined {
  return (
    webhookDown(words) ??
    admissionDenied(words) ??
    quotaOrLimit(words) ??
    permission(words) ??
    namespaceMissing(words) ??
    conflict(words) ??
    immutableFields(words) ??
    strict(words)
  );
}

/** Source: k8s.io/apiserver pkg/admission/plugin/webhook (errors, and the URL that client-go's rest client names). */
function webhookDown(words: string): RefusalFacts | undefined {
  const match =
    /failed calling webhook "([^"]+)": (.*)$/.exec(words) ??
    /conversion webhook for ([^"]+?) failed: (.*)$/.exec(words);
  if (match === null) return undefined;
  const [, webhook = '', why = ''] = match;
  const service = /"https:\/\/([a-z0-9-]+)\.([a-z0-9-]+)\.svc[.:/]/.exec(why);
  return {
    code: 'WEBHOOK_DOWN',
    webhook,
    ...(service === null ? {} : { service: { name: service[1] ?? '', namespace: service[2] ?? '' } }),
    why: why.replace(/^failed to call webhook: /, ''),
  };
}

function admissionDenied(words: string): RefusalFacts | undefined {
  const policy = /ValidatingAdmissionPolicy '([^']+)' with binding '[^']*' denied request: (.*)$/.exec(words);
  if (policy !== null)
    return { code: 'ADMISSION_DENIED', by: `ValidatingAdmissionPolicy ${policy[1] ?? ''}`, why: policy[2] ?? '' };
  const webhook = /admission webhook "([^"]+)" denied the request(?: without explanation|: (.*))?$/.exec(words);
  if (webhook !== null)
    return { code: 'ADMISSION_DENIED', by: `webhook ${webhook[1] ?? ''}`, why: webhook[2] ?? 'no reason is given' };
  const level = /violates PodSecurity "([^"]+)": (.*)$/.exec(words);
  if (level !== null) return { code: 'ADMISSION_DENIED', by: `PodSecurity ${level[1] ?? ''}`, why: level[2] ?? '' };
  return undefined;
}

function quotaOrLimit(words: string): RefusalFacts | undefined {
  const quota = /exceeded quota: ([^,]+), (requested: .*)$/.exec(words);
  if (quota !== null) return { code: 'QUOTA_EXCEEDED', quota: quota[1] ?? '', why: quota[2] ?? '' };
  const limit =
    /is forbidden: \[?((?:maximum|minimum) \S+ usage per \S+ is .*|\S+ max limit to request ratio per \S+ is .*)$/.exec(
      words,
    );
  return limit === null ? undefined : { code: 'LIMIT_RANGE', why: limit[1] ?? '' };
}

/** Source: k8s.io/apiserver pkg/endpoints/handlers/responsewriters/errors.go, and the escalation check of RBAC. */
function permission(words: string): RefusalFacts | undefined {
  const match =
    /User "([^"]*)" cannot (\S+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)"| at the cluster scope)?/.exec(
      words,
    );
  if (match !== null) {
    const [, user = '', verb = '', resource = '', group = '', namespace] = match;
    return {
      code: 'PERMISSION_MISSING',
      user,
      verb,
      resource,
      group,
      ...(namespace === undefined ? {} : { namespace }),
    };
  }
  const escalation =
    /(?:^|\s)(\S+?)\.rbac\.authorization\.k8s\.io "[^"]+" is forbidden: user "([^"]*)" .*is attempting to grant RBAC permissions not currently held/.exec(
      words,
    );
  if (escalation === null) return undefined;
  const [, resource = '', user = ''] = escalation;
  return { code: 'PERMISSION_MISSING', user, verb: 'escalate', resource, group: 'rbac.authorization.k8s.io' };
}

function namespaceMissing(words: string): RefusalFacts | undefined {
  const missing = /(?:^|[\s:])namespaces "([^"]+)" not found/.exec(words);
  if (missing !== null) return { code: 'NAMESPACE_MISSING', namespace: missing[1] ?? '' };
  const ending = /unable to create new content in namespace (\S+) because it is being terminated/.exec(words);
  return ending === null ? undefined : { code: 'NAMESPACE_TERMINATING', namespace: ending[1] ?? '' };
}

/** Source: sigs.k8s.io/structured-merge-diff merge/conflict.go and k8s.io/apimachinery pkg/util/managedfields. */
function conflict(words: string): RefusalFacts | undefined {
  const begin = /Apply failed with \d+ conflicts?: /.exec(words);
  if (begin === null) return undefined;
  const text = words.slice(begin.index + begin[0].length);
  const heads = [...text.matchAll(/conflicts? with "([^"]+)"[^.]*?:/g)];
  const conflicts = heads.map((head, index) => {
    const rest = text.slice(head.index + head[0].length, heads[index + 1]?.index);
    const fields = [...rest.matchAll(/(?:^|\s)\.(\S+)/g)].map((match) => match[1] ?? '');
    return { manager: head[1] ?? '', fields };
  });
  return conflicts.length === 0 ? undefined : { code: 'APPLY_CONFLICT', conflicts };
}

function strict(words: string): RefusalFacts | undefined {
  const fields = strictFields(words);
  return fields.length === 0 ? undefined : { code: 'STRICT_FIELD', fields };
}
