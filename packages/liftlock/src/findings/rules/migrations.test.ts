import { expect, it } from 'vitest';
import { parsePlatform } from '../../definition/yaml-source.ts';
import type { JsonObject } from '../../model/json.ts';
import { decided, evidence, release, site, snapshot } from '../preflight-fixtures.ts';
import { judge, judgeAhead } from '../judge.ts';

const platform = parsePlatform(
  `apiVersion: liftlock.dev/v1alpha1
kind: Platform
metadata: {name: shop, title: Shop, guide: {title: Update Shop}}
tools: {helm: ">=3.16.0"}
inputs:
  domain: {type: fqdn, description: The host, example: shop.example.com}
  region: {type: text, description: The region, requiredWhen: facts.many == true}
  spare: {type: text, description: Nobody asks for it}
facts: {many: {ask: Many?}}
namespace: prod
components:
  - {name: web, title: Web, release: shop-web, chart: {oci: oci://h/web}, values: {files: [web.yaml]}, timeout: 600s}
migrations:
  - id: rewrite
    title: Rewrite the data
    crosses: 2.2.5
    irreversible: true
    source: page 1
    values: {set: {domain: "{inputs.domain}"}}
    steps: [{id: calm, kind: scale, object: {kind: Deployment, name: x}, replicas: 0}]
`,
  'shop.yaml',
);

function found(fields: JsonObject = {}, facts: JsonObject = { many: false }, more = {}) {
  const read = snapshot({
    facts: facts as never,
    components: [{ name: 'web', release: release('shop-web'), valuesFiles: [], workloads: [] }],
  });
  return judge(
    evidence({ platform, site: site({ affirmations: {}, ...fields }), snapshot: read, selected: ['web'], ...more }),
  )
    .filter(({ code }) => /^(INPUT|FACT|POINT)/.test(code))
    .map(({ code, severity, field = '' }) => `${code} ${severity} ${field}`.trim());
}
const domain = { inputs: { domain: 'shop.example.com' } };

it('O18: what cannot be undone begins only after somebody vouches for a backup', () => {
  expect(found(domain)).toEqual(['POINT_OF_NO_RETURN blocker']);
  expect(found(domain, undefined, decided('no-return:rewrite'))).toEqual(['POINT_OF_NO_RETURN info']);
  expect(found(domain, undefined, { target: '2.2.4' })).toEqual([]);
});

it('O18: a later hop that cannot be undone is told before the first begins', () => {
  const read = snapshot({
    facts: { many: false },
    components: [{ name: 'web', release: release('shop-web'), valuesFiles: [], workloads: [] }],
  });
  const ahead = judgeAhead(evidence({ platform, site: site(domain), snapshot: read, selected: ['web'] }));
  expect(ahead.map(({ code, severity }) => `${code} ${severity}`)).toEqual(['POINT_OF_NO_RETURN blocker']);
});

it('R23: an input that a crossed migration needs, or that a condition requires, blocks while it is missing', () => {
  const consent = decided('no-return:rewrite');
  const consented = 'POINT_OF_NO_RETURN info';
  expect(found({}, undefined, consent)).toEqual(['INPUT_MISSING blocker inputs.domain', consented]);
  expect(found(domain, { many: true }, consent)).toEqual(['INPUT_MISSING blocker inputs.region', consented]);
  expect(found(domain, {}, consent)).toEqual(['FACT_UNANSWERED blocker answers.many', consented]);
  expect(found({}, undefined, { target: '2.2.4' })).toEqual([]);
});
