import type { CorpusCase } from '../case.ts';
import { service } from '../objects.ts';

export const nodePortTaken: CorpusCase = {
  name: 'node-port-taken',
  title: 'a Service asks for a node port that another Service holds',
  before: { objects: [service('web')] },
  after: { objects: [service('web', { type: 'NodePort', ports: [{ port: 80, nodePort: 31777 }] })] },
  prepare: (world) => world.create(service('first', { type: 'NodePort', ports: [{ port: 80, nodePort: 31777 }] })),
  foretells: [{ code: 'FORECAST_REJECTED', object: 'Service/web', field: 'already allocated' }],
  truth: { helm: 'refused', says: /provided port is already allocated/ },
};
