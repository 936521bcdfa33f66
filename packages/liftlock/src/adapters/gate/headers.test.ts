import { expect, test } from 'vitest';
import { requestHeaders } from './headers.ts';

test('credentials, identities, other methods and what belongs to one connection are not passed on; the user agent is', () => {
  const passed = requestHeaders({
    host: '127.0.0.1:1',
    authorization: 'Basic x',
    connection: 'keep-alive, x-hop',
    'x-hop': '1',
    'impersonate-user': 'root',
    'x-remote-user': 'root',
    'x-http-method-override': 'DELETE',
    'x-method-override': 'DELETE',
    'transfer-encoding': 'chunked',
    'user-agent': 'Helm/3.22.0',
    accept: 'application/json',
  });
  expect(passed).toEqual({ 'user-agent': 'Helm/3.22.0', accept: 'application/json' });
});
