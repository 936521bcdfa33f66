import { expect, test } from 'vitest';
import { parseSite } from './index.ts';

const site = (rule: string) => `apiVersion: liftlock.dev/v1alpha1
kind: Site
metadata: {name: prod}
platform: runai
carry:
  control-plane:
    - ${rule}
`;

test("R17: a site adds to the platform's table, and a rule that means nothing is refused at its place", () => {
  expect(parseSite(site('{from: grafana.*, to: monitoring.grafana.*}'), 's.yaml').carry).toEqual({
    'control-plane': [{ from: 'grafana.*', to: 'monitoring.grafana.*' }],
  });
  const refused = (rule: string) => () => parseSite(site(rule), 's.yaml');
  expect(refused('{from: a, to: b, drop: true}')).toThrow('drop excludes to and as');
  expect(refused('{from: a.*, to: b}')).toThrow('must end in .*');
  expect(refused('{from: a..b, drop: true}')).toThrow('is not a path');
  expect(refused('{from: a, as: text}')).toThrow('s.yaml:7');
});
