import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Migration } from '../model/migration.ts';
import { compareVersions } from '../model/version.ts';
import { crossedMigrations } from './crossed-migrations.ts';

const version = fc.tuple(fc.nat(3), fc.nat(12), fc.nat(3)).map((parts) => parts.join('.'));
const components = [{ name: 'core' }] as never;

function crossed(versions: readonly string[], from: string, to: string, installed = from): readonly string[] {
  const migrations = versions.map((crosses, index) =>
    Migration.parse({ id: `m${index}`, title: 'x', crosses, source: 'x' }),
  );
  const scope = { facts: {}, options: {}, inputs: {}, installed: { core: installed }, from, to };
  return crossedMigrations({ migrations, components }, { from, to }, scope).map(
    ({ crosses, id }) => `${crosses} ${id}`,
  );
}

it('R06: hop by hop the same is crossed as in one hop: each once, and in order', () => {
  fc.assert(
    fc.property(fc.array(version, { maxLength: 12 }), fc.array(version, { minLength: 2, maxLength: 6 }), (all, way) => {
      const stops = way.toSorted(compareVersions);
      const [from = '', to = ''] = [stops[0], stops.at(-1)];
      const whole = crossed(all, from, to);
      const hops = stops.slice(1).map((stop, index) => crossed(all, stops[index] ?? '', stop));
      expect(hops.flat()).toEqual(whole);
      // As planned ahead: what is installed is still what it was before the first hop.
      const ahead = stops.slice(1).map((stop, index) => crossed(all, stops[index] ?? '', stop, from));
      expect(ahead.flat()).toEqual(whole);
      const versions = whole.map((text) => text.split(' ')[0] ?? '');
      expect(versions).toEqual(versions.toSorted(compareVersions));
      for (const item of versions) {
        expect(compareVersions(from, item)).toBe(-1);
        expect(compareVersions(item, to)).not.toBe(1);
      }
    }),
  );
});
