import type { CorpusCase } from '../case.ts';
import { configMap, deployment, secret, serviceAccount } from '../objects.ts';

export const cleanAccountWithItsPods: CorpusCase = {
  name: 'clean-account-with-its-pods',
  title: 'pods run as a ServiceAccount, and with a Secret and a ConfigMap, that come with them',
  variants: ['helm3', 'helm4'],
  before: { objects: [deployment('web')] },
  after: {
    objects: [
      serviceAccount('app'),
      secret('login', { password: 'x' }),
      configMap('settings', { mode: 'a' }),
      deployment('web', {
        container: { envFrom: [{ secretRef: { name: 'login' } }, { configMapRef: { name: 'settings' } }] },
        pod: { serviceAccountName: 'app' },
      }),
    ],
  },
  foretells: [],
  truth: { helm: 'succeeds' },
};
