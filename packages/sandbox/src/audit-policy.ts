/** What kube-apiserver writes to the audit log: every write with its query, every read but those of the control plane. */

const controlPlaneUsers = [
  'system:apiserver',
  'system:kube-controller-manager',
  'system:kube-scheduler',
  'sandbox-kwok',
  'sandbox-attendant',
];
const writes = ['create', 'update', 'patch', 'delete', 'deletecollection'];

/** The policy file, as JSON. */
export function renderAuditPolicy(): string {
  return JSON.stringify({
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [
      // Heartbeats of nodes and of elections, and notes of what happened, say nothing of who changed what.
      {
        level: 'None',
        users: controlPlaneUsers,
        resources: [
          { group: '', resources: ['events'] },
          { group: 'events.k8s.io', resources: ['events'] },
          { group: 'coordination.k8s.io', resources: ['leases'] },
        ],
      },
      { level: 'Metadata', verbs: writes },
      { level: 'None', users: controlPlaneUsers },
      { level: 'None', nonResourceURLs: ['/healthz*', '/livez*', '/readyz*'] },
      { level: 'Metadata' },
    ],
  });
}
