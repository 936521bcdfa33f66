import type { CorpusCase } from '../case.ts';

const template = (extra: string) =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80${extra}}]}\n`;

export const cleanDefaultsLeftOut: CorpusCase = {
  name: 'clean-defaults-left-out',
  title: 'a chart that begins to spell out what the API server fills in anyway',
  variants: ['helm3', 'helm4'],
  before: { files: { 'templates/a.yaml': template('') } },
  after: { files: { 'templates/a.yaml': template(', protocol: TCP, targetPort: 80') } },
  foretells: [],
  truth: { helm: 'succeeds' },
};
