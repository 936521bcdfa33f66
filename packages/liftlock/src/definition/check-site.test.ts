import { expect, it } from 'vitest';
import { parsePlatform, parseSite } from './yaml-source.ts';

const platform = parsePlatform(
  `apiVersion: liftlock.dev/v1alpha1
kind: Platform
metadata: {name: shop, title: Shop, guide: {title: Upgrade Shop}}
tools: {helm: ">=3.16.0"}
inputs: {domain: {type: fqdn, description: The host, example: shop.example.com}, cert: {type: file, description: x}}
facts: {manyUsers: {ask: More than 5000?}, claims: {objects: {kind: PersistentVolumeClaim}}}
namespace: shop
components:
  - {name: web, title: Web, release: web, chart: {oci: oci://h/web}, values: {files: [web.yaml]}, timeout: 600s}
migrations:
  - {id: index, title: x, crosses: 2.0.0, source: x, steps: [{id: run, kind: local-command, command: [make], timeout: 1m}]}
`,
  'platform.yaml',
);

const good = `apiVersion: liftlock.dev/v1alpha1
kind: Site
metadata: {name: prod}
platform: shop
inputs: {domain: shop.example.com, cert: ./tls.crt}
answers: {manyUsers: true}
stops: [2.13.x, 2.15.1]
carry: {web: [{from: old.*, drop: true}]}
localCommands: [web/index/run]
`;

function mistakes(from: string, to: string): string {
  if (!good.includes(from)) throw new Error(`there is no ${from}`);
  try {
    parseSite(good.replace(from, to), 'site.yaml', platform);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
}

it('a site that says what the platform asks for is read', () => {
  expect(parseSite(good, 'site.yaml', platform).answers).toEqual({ manyUsers: true });
});

it.each([
  ['shop.example.com', '<DOMAIN>', 'site.yaml:5:18: <DOMAIN> is a placeholder of the guide'],
  ['./tls.crt', './<NEW-VERSION>.crt', 'site.yaml:5:44: <NEW-VERSION> is a placeholder of the guide'],
  [
    'shop.example.com',
    'https://shop.example.com',
    'site.yaml:5:18 inputs.domain: "https://shop.example.com" is an address',
  ],
  ['shop.example.com', 'shop', 'is not a full host name such as shop.example.com'],
  ['domain:', 'domian:', 'site.yaml:5:10 inputs.domian: the platform has no input "domian"; did you mean "domain"?'],
  ['manyUsers: true', 'manyUser: true', 'site.yaml:6:11 answers.manyUser: the platform has no question "manyUser"'],
  ['manyUsers: true', 'claims: true', 'answers.claims: the platform has no question "claims"; known: manyUsers'],
  ['2.13.x', 'soon', 'site.yaml:7:9 stops[0]: '],
  ['2.13.x', '2.12.x || 2.14.x', 'stops[0]: '],
  ['{web:', '{wbe:', 'site.yaml:8:9 carry.wbe: the platform has no component "wbe"'],
  ['web/index/run', 'index/run', 'site.yaml:9:17 localCommands[0]: no migration has the command "index/run"'],
])('R28: %s as %s: %s', (from, to, message) => {
  expect(mistakes(from, to)).toContain(message);
});
