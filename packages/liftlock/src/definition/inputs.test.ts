import { describe, expect, it } from 'vitest';
import { inputFault } from './inputs.ts';

const input = (type: 'fqdn' | 'text' | 'url' | 'file') => ({ type, description: 'x', example: 'runai.example.com' });

describe('inputFault', () => {
  it.each([
    ['runai.example.com', undefined],
    ['a-b.c1.example', undefined],
    ['<DOMAIN>', 'R28'],
    ['runai.<DOMAIN>', 'placeholder'],
    ['runai.apps.<OPENSHIFT-CLUSTER-DOMAIN>', 'placeholder'],
    ['https://runai.example.com', 'a host name alone'],
    ['runai.example.com:443', 'has a port'],
    ['runai', 'not a full host name such as runai.example.com'],
    ['10.0.0.1', 'not a full host name'],
    ['-a.example.com', 'not a full host name'],
    ['a..example.com', 'not a full host name'],
    [`${'a'.repeat(64)}.example.com`, 'not a full host name'],
    [`${'a.'.repeat(130)}com`, 'not a full host name'],
    ['a b.example.com', 'not a full host name'],
    ['', 'is empty'],
  ])('R23, R28: the host name %j', (value, fault) => {
    const found = inputFault(value, input('fqdn'));
    if (fault === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(fault === 'R28' ? '<DOMAIN> is a placeholder' : fault);
  });

  it('R28: no placeholder passes, whatever the type', () => {
    for (const type of ['fqdn', 'text', 'url', 'file'] as const)
      expect(inputFault('./<NEW-VERSION>/a', input(type))).toContain('<NEW-VERSION> is a placeholder');
    expect(inputFault('ftp://x.example', input('url'))).toContain('not an address');
    expect(inputFault('https://x.example/a', input('url'))).toBeUndefined();
    expect(inputFault('./tls.crt', input('file'))).toBeUndefined();
  });
});
