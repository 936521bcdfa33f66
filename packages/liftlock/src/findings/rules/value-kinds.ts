/** What keys of values are about, by the names that charts commonly give them. */
type Path = readonly string[];

const storage = /persist|storage|volume|existing-?claim|pvc|^database|^(external)?(postgres|mysql|mariadb|mongo)/i;
const security =
  /securitycontext|rbac|serviceaccount|networkpolic|privileged|^runas|^tls$|^auth|podsecurity|^capabilities$/i;

/** Where data lies, and how much of it there may be. */
export function concernsStorage(path: Path): boolean {
  return path.some((key) => storage.test(key)) || path.at(-1) === 'size';
}

/** Where images come from: registry, repository and pull secrets, not the tag alone. */
export function concernsImages(path: Path): boolean {
  return /registry$|repository$|^image$|pullsecrets?$/i.test(path.at(-1) ?? '');
}

/** Who gets in, and how: of annotations only those that say so, since most merely tune the proxy. */
function concernsAccess(path: Path): boolean {
  if (!path.some((key) => /ingress|gateway|httproute|loadbalancer|nodeport/i.test(key))) return false;
  return (
    !path.includes('annotations') ||
    /auth|allow|deny|list|internal|scheme|ssl|tls|cors|redirect/i.test(path.at(-1) ?? '')
  );
}

/** A version: it changes with each chart, as it should. */
export function isVersion(path: Path): boolean {
  return /(tag|version|digest)$/i.test(path.at(-1) ?? '');
}

/** Kinds of defaults whose change is a change of the site. */
const kinds: readonly (readonly [name: string, fits: (path: Path) => boolean])[] = [
  ['storage', concernsStorage],
  ['images', concernsImages],
  ['resources', (path) => path.some((key) => /^resources?(preset)?$/i.test(key))],
  ['security', (path) => path.some((key) => security.test(key))],
  ['replicas', (path) => path.some((key) => /^(replicas?(count)?|autoscaling|hpa)$/i.test(key))],
  ['access from outside', concernsAccess],
  ['the type of a Service', (path) => path.at(-1) === 'type' && /service|svc/i.test(path.at(-2) ?? '')],
];

/** What a default is about, where a change of it matters to the site; undefined for any other. */
export function kindOfValue(path: Path): string | undefined {
  return kinds.find(([, fits]) => fits(path))?.[0];
}
