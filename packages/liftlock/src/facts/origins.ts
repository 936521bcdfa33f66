import type { Decision } from '../model/finding.ts';
import type { ComponentSnapshot } from '../model/snapshot.ts';

/**
 * The versions that a route and its migrations begin at, by component (O12): what counts as installed, never a newer revision that failed or hangs. Where
 * nothing was ever deployed, the newest revision, once someone has said so (`origin:RELEASE`); a component without either is absent.
 */
export function originsOf(
  components: readonly Pick<ComponentSnapshot, 'name' | 'release'>[],
  decisions: readonly Pick<Decision, 'remedy'>[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    components.flatMap(({ name, release }) => {
      if (release === undefined) return [];
      const isSaid = decisions.some(({ remedy }) => remedy === `origin:${release.name}`);
      const version = release.installed?.version ?? (isSaid ? release.newest.version : '');
      return version === '' ? [] : [[name, version]];
    }),
  );
}
