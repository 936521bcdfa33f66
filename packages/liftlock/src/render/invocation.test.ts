import { describe, expect, it } from 'vitest';
import { plan } from './fixtures.ts';
import { applyCommand, invocationOf, rotateCommand } from './invocation.ts';

describe('the command that means a plan again', () => {
  it('says the flags that the plan was made with', () => {
    const made = {
      ...plan,
      inputs: {
        platform: 'codemie',
        options: { cloud: 'aws' },
        valuesFrom: '/srv/code mie',
        keyFile: '/srv/key.json',
        proveImages: 'cluster',
        affirm: ['window=Joan Clarke'],
        selection: { only: ['ui', 'api'] },
      },
      decisions: [
        { remedy: 'install:codemie-ui', by: 'r.ahn', at: '2026-12-05T21:57:10Z', how: 'flag' as const },
        { remedy: 'short-window', by: 'site', at: '2026-12-05T21:57:10Z', how: 'site' as const },
      ],
    };
    expect(invocationOf(made)).toBe(
      "codemie --cloud aws --values-from '/srv/code mie' --key-file /srv/key.json --prove-images cluster --to 2.2.5 --only ui --only api --affirm 'window=Joan Clarke' --allow install:codemie-ui",
    );
    expect(rotateCommand(made)).toBe(
      "liftlock credentials rotate codemie --cloud aws --values-from '/srv/code mie' --key-file ./new-key.json",
    );
  });

  it('says the site file instead of what stands in it', () => {
    expect(invocationOf({ ...plan, inputs: { file: '/srv/site.yaml', options: {}, selection: { from: 'ui' } } })).toBe(
      '-f /srv/site.yaml --to 2.2.5 --from ui',
    );
  });

  it('knows what a way back is called', () => {
    expect(applyCommand({ ...plan, purpose: 'rollback' }, 'x')).toBe('liftlock rollback');
  });
});
