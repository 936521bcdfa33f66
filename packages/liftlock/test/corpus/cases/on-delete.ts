import type { CorpusCase } from '../case.ts';
import { workload } from '../objects.ts';

const agent = (image: string) =>
  workload('DaemonSet', 'agent', { image, spec: { updateStrategy: { type: 'OnDelete' } } });

export const onDelete: CorpusCase = {
  name: 'on-delete',
  title: 'a DaemonSet replaces its pods only when someone deletes them',
  before: { objects: [agent('team/agent:1')] },
  after: { objects: [agent('team/agent:2')] },
  foretells: [{ code: 'ROLLOUT_HELD', object: 'DaemonSet/agent' }],
  truth: {
    helm: 'succeeds',
    harm: async ({ sandbox, namespace }) => {
      const { items } = await sandbox.api.list(`/api/v1/namespaces/${namespace}/pods`);
      const old = items.filter((pod) => JSON.stringify(pod).includes('team/agent:1'));
      return old.length === 0 ? undefined : `${old.length} pods run the old image still`;
    },
  },
};
