import { describe, expect, test } from 'vitest';
import { proxyFor } from './proxy-choice.ts';

const proxy = 'http://proxy.corp:3128';

function choose(url: string, env: Record<string, string>): string | undefined {
  return proxyFor(new URL(url), env);
}

describe('O22: the proxy is chosen as helm and kubectl choose it', () => {
  test('by scheme, upper case first, with http where no scheme is given', () => {
    expect(choose('https://a.example', { HTTPS_PROXY: proxy, https_proxy: 'http://other' })).toBe(proxy);
    expect(choose('https://a.example', { https_proxy: 'proxy.corp:3128' })).toBe(proxy);
    expect(choose('http://a.example', { HTTPS_PROXY: proxy })).toBeUndefined();
    expect(choose('http://a.example', { HTTP_PROXY: proxy })).toBe(proxy);
    expect(choose('https://a.example', {})).toBeUndefined();
    expect(choose('https://a.example', { HTTPS_PROXY: '' })).toBeUndefined();
    expect(choose('https://a.example', { HTTPS_PROXY: 'socks5://127.0.0.1:1080' })).toBe('socks5://127.0.0.1:1080');
  });

  test.each(['https://localhost:1', 'https://127.0.0.1', 'https://127.8.9.1', 'https://[::1]:6443'])(
    'never for %s',
    (url) => {
      expect(choose(url, { HTTPS_PROXY: proxy })).toBeUndefined();
    },
  );

  test.each([
    ['*', true],
    ['a.example', true],
    ['example', true],
    ['.example', true],
    ['*.example', true],
    ['ample', false],
    ['other, A.Example', true],
    ['a.example:6443', true],
    ['a.example:443', false],
    ['b.a.example', false],
    ['', false],
  ])('NO_PROXY %s for https://a.example:6443: %s', (list, isDirect) => {
    expect(choose('https://a.example:6443', { HTTPS_PROXY: proxy, NO_PROXY: list }) === undefined).toBe(isDirect);
  });

  test.each([
    ['10.0.0.0/8', true],
    ['10.1.2.3', true],
    ['10.1.2.0/25', true],
    ['10.1.3.0/24', false],
    ['10.1.2.3:443', true],
    ['fd00::/8', false],
    ['10.0.0.0/99', false],
  ])('NO_PROXY %s for https://10.1.2.3: %s', (list, isDirect) => {
    expect(choose('https://10.1.2.3', { HTTPS_PROXY: proxy, NO_PROXY: list }) === undefined).toBe(isDirect);
  });

  test('networks of IPv6', () => {
    expect(choose('https://[fd00::5]', { HTTPS_PROXY: proxy, NO_PROXY: 'fd00::/8' })).toBeUndefined();
    expect(choose('https://[fe00::5]', { HTTPS_PROXY: proxy, NO_PROXY: 'fd00::/8' })).toBe(proxy);
  });
});
