import { exitCodes, Problem } from '../../model/problem.ts';

const renew = 'Check and renew the credentials: liftlock login; a key that has expired: liftlock credentials rotate';

/** The Problem that a status other than 200 stands for. It names what was wanted, the registry and the status. */
export function answerProblem(subject: string, host: string, status: number): Problem {
  const options = { exitCode: exitCodes.blocked, details: { subject, host, status } };
  const what = `${subject}: the registry ${host} answered ${status}`;
  switch (status) {
    case 401:
      return new Problem('REGISTRY_REFUSED', `${what} (the credentials are missing or not accepted).`, {
        ...options,
        advice: [renew],
      });
    case 403:
      return new Problem('REGISTRY_REFUSED', `${what} (the credentials are known, but may not read this).`, {
        ...options,
        advice: [
          'Ask the vendor to grant this account access; some registries answer 403 also for names they do not have.',
          renew,
        ],
      });
    case 404:
      return new Problem('CHART_NOT_FOUND', `${what} (there is no such version).`, {
        ...options,
        advice: ['Check the version against the release notes; the vendor may have withdrawn it.'],
      });
    default:
      return new Problem('REGISTRY_UNREACHABLE', `${what}, again and again.`, {
        ...options,
        advice: ['Wait and try again: the trouble is on the side of the registry, or of a proxy on the way.'],
      });
  }
}

/** The same for images, read or written. */
export function imageProblem(subject: string, host: string, status: number): Problem {
  if (status === 401 || status === 429 || status >= 500) return answerProblem(subject, host, status);
  const isRefused = status === 403 || status === 405;
  const why = isRefused ? 'these credentials may not do it, or the repository is read-only' : 'it does not take it';
  return new Problem('REGISTRY_REFUSED', `${subject}: the registry ${host} answered ${status} (${why}).`, {
    advice: ['Ask who runs the registry; some want a project or repository to be made first.', renew],
    exitCode: exitCodes.blocked,
    details: { subject, host, status },
  });
}

/** No answer at all. */
export function unreachableProblem(subject: string, host: string, error: unknown): Problem {
  const why = error instanceof Error ? error.message : 'unknown error';
  return new Problem('REGISTRY_UNREACHABLE', `${subject}: the registry ${host} cannot be reached: ${why}`, {
    advice: [
      'Check the network, the name, and HTTPS_PROXY and NO_PROXY.',
      'Where a proxy or the registry has a certificate of a private CA: credentials.registry.caFile, or NODE_EXTRA_CA_CERTS.',
    ],
    exitCode: exitCodes.blocked,
    details: { subject, host },
    cause: error,
  });
}

/** The content is not what its digest says. */
export function wrongContentProblem(subject: string, host: string, wanted: string, found: string): Problem {
  return new Problem('DIGEST_MISMATCH', `${subject}: ${host} announced ${wanted} and sent ${found}.`, {
    advice: ['Try again. If it stays so, a proxy or mirror on the way changes what it passes on: do not use it.'],
    exitCode: exitCodes.blocked,
    details: { subject, host },
  });
}
