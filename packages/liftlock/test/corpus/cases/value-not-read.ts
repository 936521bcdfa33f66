import type { CorpusCase } from '../case.ts';
import { fieldOf } from '../harms.ts';

const template = (path: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {mode: {{ .Values.${path} | quote }}}\n`;

export const valueNotRead: CorpusCase = {
  name: 'value-not-read',
  title: "the new chart no longer reads a key of the user's values",
  before: { files: { 'values.yaml': 'server: {mode: plain}\n', 'templates/a.yaml': template('server.mode') } },
  after: { files: { 'values.yaml': 'web: {mode: plain}\n', 'templates/a.yaml': template('web.mode') } },
  values: 'server: {mode: strict}\n',
  foretells: [{ code: 'VALUE_NOT_READ', field: 'server.mode' }],
  truth: {
    helm: 'succeeds',
    harm: async (world) => {
      const live = await world.find('v1', 'ConfigMap', 'settings');
      const { mode } = fieldOf<{ readonly mode: string }>(live, 'data');
      return mode === 'strict' ? undefined : `the user asks for mode strict; it is ${mode} now`;
    },
  },
};
