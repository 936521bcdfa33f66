import type { CorpusCase } from '../case.ts';
import { deployment } from '../objects.ts';

export const configMapMissing: CorpusCase = {
  name: 'config-map-missing',
  title: 'the pods mount a ConfigMap that does not exist',
  before: { objects: [deployment('web')] },
  after: {
    objects: [
      deployment('web', {
        container: { volumeMounts: [{ name: 'settings', mountPath: '/etc/app' }] },
        pod: { volumes: [{ name: 'settings', configMap: { name: 'absent' } }] },
      }),
    ],
  },
  foretells: [{ code: 'CONFIG_MAP_MISSING', field: 'absent' }],
  truth: { helm: 'succeeds', unseenHere: 'a kubelet would not mount the volume' },
};
