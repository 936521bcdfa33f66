// The definition that the plan of fixtures.ts is about, for this room's tests. Not part of the library.
import type { Platform } from '../model/platform.ts';
import { charts, namespace, sketches } from './fixtures.ts';

/** The platform that the plans above are about. */
export const platform: Platform = {
  apiVersion: 'liftlock.dev/v1alpha1',
  kind: 'Platform',
  metadata: { name: 'codemie', title: 'EPAM AI/Run CodeMie', guide: { title: 'Update guide' } },
  tools: { helm: '>=3.16.0' },
  options: { cloud: { enum: ['aws', 'azure', 'gcp'] } },
  inputs: {},
  facts: {},
  routes: [],
  migrations: [],
  namespace,
  registry: {
    host: 'registry.example.com',
    login: {
      username: 'oauth2accesstoken',
      guideCommand:
        'gcloud auth print-access-token | helm registry login -u oauth2accesstoken --password-stdin https://registry.example.com',
    },
    key: { lifetime: 90, warnAfter: 75 },
  },
  components: sketches.map((sketch) => ({
    name: sketch.name,
    title: sketch.title,
    release: sketch.release ?? sketch.chart,
    chart: { oci: `${charts}/${sketch.chart}` },
    values: { files: [`${sketch.release ?? sketch.chart}/${sketch.values}`] },
    timeout: `${sketch.timeout}s`,
  })),
  checklist: [
    { id: 'release-notes', title: 'The release notes are read', affirm: 'person' },
    { id: 'backups', title: 'Databases and indexes are backed up', why: 'the API migrates its data', affirm: 'person' },
  ],
  checks: [
    { id: 'pods', kind: 'pods', title: 'All pods run' },
    { id: 'ui', kind: 'http', title: 'The web interface loads' },
  ],
  troubleshooting: [
    {
      findings: ['IMAGE_PULL_UNAUTHORIZED', 'IMAGE_PULL_FORBIDDEN'],
      title: 'Images cannot be pulled',
      steps: [
        'Ask for a new service account key: keys expire 90 days after they were made.',
        'Put it where the site file expects it.',
        'Renew the pull secret in the cluster.',
      ],
      contact: 'support of the vendor',
    },
  ],
  support: { contact: 'support of the vendor' },
};
