import { expect, it } from 'vitest';
import { parsePlatform } from './yaml-source.ts';

const good = `apiVersion: liftlock.dev/v1alpha1
kind: Platform
metadata: {name: shop, title: Shop, guide: {title: Upgrade Shop}}
tools: {helm: ">=3.16.0"}
options:
  cloud: {enum: [aws, azure], default: aws}
inputs:
  domain: {type: fqdn, description: The host, requiredWhen: "size(facts.oldClaims) > 0"}
  cert: {type: file, description: The certificate}
facts:
  oldClaims: {objects: {kind: PersistentVolumeClaim, names: [a]}}
  hasClaims: {cel: "size(facts.oldClaims) > 0"}
  edition: {value: {component: web, path: edition}}
  manyUsers: {ask: More than 5000 users?}
namespace: shop
components:
  - name: web
    title: Web
    release: shop-web
    chart: {oci: oci://registry.example.com/charts/web}
    values: {files: ["web/values-{options.cloud}.yaml"]}
    timeout: 600s
routes:
  - {kind: stop, versions: 2.12.x, when: "facts.manyUsers", source: page 1}
migrations:
  - id: keep
    title: Keep the claims
    crosses: 2.12.0
    when: facts.hasClaims && inRange(from, ">=2.9.0")
    source: page 1
    steps:
      - {id: claims, kind: protect-claims, claims: [a], guideCommand: "kubectl patch pvc {claim} -n {namespace}"}
      - id: ingress
        kind: replace-object
        object: {apiVersion: networking.k8s.io/v1, kind: Ingress, name: web}
        returns: object.spec.rules.exists(r, r.host == "{inputs.domain}")
      - {id: tls, kind: create-secret, name: tls, type: kubernetes.io/tls, files: {tls.crt: "{inputs.cert}", tls.key: "{inputs.cert}"}}
      - {id: page, kind: await-condition, http: {url: "https://{inputs.domain}"}, until: response.status == 200, timeout: 60s}
      - id: job
        kind: run-job
        timeout: 60s
        manifest: {apiVersion: batch/v1, kind: Job, metadata: {name: migrate}, spec: {}}
    values:
      set: {global.domain: "{inputs.domain}"}
      carry: [{from: old.*, to: new.*}, {from: gone, drop: true}]
      keeps: [image.*]
checks:
  - {id: ready, kind: condition, title: Ready, objects: {kind: Pod}, until: 'size(objects) > 0 && version == "1.0.0"'}
`;

function mistakes(change: (text: string) => string): string {
  const text = change(good);
  if (text === good && change(`${good} `) === good) throw new Error('nothing was changed');
  try {
    parsePlatform(text, 'shop.yaml');
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
}

const replacing = (from: string, to: string) => (text: string) => {
  if (!text.includes(from)) throw new Error(`there is no ${from}`);
  return text.replace(from, to);
};

it('a definition of facts, routes and migrations without mistakes is read', () => {
  const shop = parsePlatform(good, 'shop.yaml');
  expect(shop.migrations[0]).toMatchObject({ at: 'before', irreversible: false });
  expect(shop.migrations[0]?.steps.map(({ kind }) => kind)).toEqual([
    'protect-claims',
    'replace-object',
    'create-secret',
    'await-condition',
    'run-job',
  ]);
});

it.each([
  ['2.12.0\n', '"2.12"\n', '28:14 migrations[0].crosses: "2.12" is not a version of the form x.y.z'],
  ['2.12.0\n', '2.12\n', '28:14 migrations[0].crosses: expected text, got 2.12; put it in quotes'],
  [
    'facts.hasClaims &&',
    'facts.hasClaim &&',
    'migrations[0].when: there is no facts.hasClaim; did you mean "hasClaims"?',
  ],
  ['"facts.manyUsers"', '"facts.manyUser"', 'routes[0].when: there is no facts.manyUser; did you mean "manyUsers"?'],
  ['versions: 2.12.x', 'versions: soon', 'routes[0].versions: '],
  [
    'crosses: 2.12.0',
    'component: wb\n    crosses: 2.12.0',
    'migrations[0].component: the platform has no component "wb"',
  ],
  ['{id: tls,', '{id: claims,', 'migrations[0].steps[2].id: the step "claims" stands twice; the first is number 1'],
  [
    'kind: replace-object',
    'kind: replace-objct',
    'steps[1].kind: "replace-objct" is not allowed; did you mean "replace-object"?',
  ],
  [
    'r.host == "{inputs.domain}"',
    'r.host == "{inputs.domian}"',
    'steps[1].returns: the platform declares no input "domian"',
  ],
  [
    'object: {apiVersion: networking.k8s.io/v1, kind: Ingress, name: web}',
    'object: {apiVersion: v1, kind: PersistentVolumeClaim, name: web}',
    'steps[1].object.kind: no migration deletes a PersistentVolumeClaim: data would go with it',
  ],
  [
    '{id: ready, kind: condition,',
    '{id: ready, kind: condition, component: wb,',
    'checks[0].component: there is no component "wb"',
  ],
  ['returns: object.spec', 'returns: objct.spec', 'steps[1].returns: there is no objct; did you mean "object"?'],
  ['response.status == 200', 'objects == 1', 'steps[3].until: there is no objects'],
  ['response.status == 200', 'response.code == 200', 'steps[3].until: there is no response.code; known: status, body'],
  ['http: {url: "https://{inputs.domain}"}, ', '', 'steps[3]: says either objects: or http:, and not both'],
  [
    '"https://{inputs.domain}"',
    '"https://{inputs.domain}/{chart}"',
    'steps[3].http.url: {chart} is not understood; known: {namespace}',
  ],
  [', tls.key: "{inputs.cert}"', '', 'steps[2].files: a Secret of type kubernetes.io/tls needs tls.key'],
  [
    'tls.key: "{inputs.cert}"',
    'tls.key: ~/.ssh/id_rsa',
    'steps[2].files.tls.key: must be {inputs.NAME} of an input of type file: a definition names no path of this machine',
  ],
  ['tls.key: "{inputs.cert}"', 'tls.key: "{inputs.domain}"', 'must be {inputs.NAME} of an input of type file'],
  ['tls.key: "{inputs.cert}"', 'tls.key: "{inputs.cert}/../../etc/shadow"', 'must be {inputs.NAME} of an input'],
  ['enum: [aws, azure]', 'enum: [aws, ../../etc]', '"../../etc" would lead out of the folder of values files'],
  [
    'title: Keep the claims',
    'title: "Keep \\e[2J"',
    'migrations[0].title: holds the control character U+001B; delete it',
  ],
  ['title: Keep the claims', 'title: "Keep \\u202Esmialc"', 'holds the control character U+202E; delete it'],
  ['title: Keep the claims', 'title: Keep\n    __proto__: {x: 1}', 'a key may not be called so (in a key)'],
  ['kind: Job', 'kind: Pod', 'steps[4].manifest: must be a Job'],
  [
    'global.domain: "{inputs.domain}"',
    'global..domain: x',
    'values.set.global..domain: "global..domain" is not a path',
  ],
  ['{from: old.*, to: new.*}', '{from: old.*, to: new}', 'values.carry[0].to: must end in .*, as old.* does'],
  ['{from: gone, drop: true}', '{from: gone, drop: true, to: x}', 'values.carry[1].drop: drop excludes to and as'],
  ['keeps: [image.*]', 'keeps: [gone]', 'values.keeps[0]: "gone" is carried by a rule as well'],
  ['keeps: [image.*]', 'keeps: ["*.image"]', 'values.keeps[0]: "*.image" is not a path such as a.b or a.*'],
  [
    'set: {global.domain: "{inputs.domain}"}',
    'thisHopOnly: true',
    'values.thisHopOnly: is about what is set, and nothing is set',
  ],
  [
    '{objects: {kind: PersistentVolumeClaim, names: [a]}}',
    '{object: {kind: A}}',
    'facts.oldClaims: has none of objects, value, cel, ask',
  ],
  ['path: edition', 'pth: edition', 'facts.edition.value'],
  [
    '{component: web, path: edition}',
    '{component: wb, path: edition}',
    'facts.edition.value.component: the platform has no component "wb"',
  ],
  [
    'hasClaims: {cel: "size(facts.oldClaims) > 0"}',
    'hasClaims: {cel: "!facts.hasClaims"}',
    'facts.hasClaims.cel: it follows from itself: hasClaims from hasClaims',
  ],
  [
    'hasClaims: {cel: "size(facts.oldClaims) > 0"}',
    'hasClaims: {cel: "from > to"}',
    'facts.hasClaims.cel: there is no from',
  ],
  [
    'requiredWhen: "size(facts.oldClaims) > 0"',
    'requiredWhen: "size(facts.oldClaims)"',
    'inputs.domain.requiredWhen: it gives int, not true or false',
  ],
  ["until: 'size(objects) > 0", "until: 'size(object) > facts.a", 'checks[0].until: there is no facts'],
] as const)('%s as %s: %s', (from, to, message) => {
  expect(mistakes(replacing(from, to))).toContain(message);
});
