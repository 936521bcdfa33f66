import type { CorpusCase } from '../case.ts';
import { deployment, secret } from '../objects.ts';

export const secretKeyMissing: CorpusCase = {
  name: 'secret-key-missing',
  title: 'the pods read a key that a Secret no longer has',
  before: { objects: [secret('login', { password: 'x' }), deployment('web')] },
  after: {
    objects: [
      secret('login', { password: 'x' }),
      deployment('web', {
        container: { env: [{ name: 'USER', valueFrom: { secretKeyRef: { name: 'login', key: 'username' } } }] },
      }),
    ],
  },
  foretells: [{ code: 'KEY_MISSING', field: 'username' }],
  truth: { helm: 'succeeds', unseenHere: 'a kubelet would not start the container' },
};
