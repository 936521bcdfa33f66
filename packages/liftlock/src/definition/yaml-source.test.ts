import { expect, test } from 'vitest';
import { isProblem, type Problem } from '../model/problem.ts';
import { parsePlatform, parseSite } from './yaml-source.ts';

const good = `apiVersion: liftlock.dev/v1alpha1
kind: Platform
metadata: {name: shop, title: Shop, guide: {title: Upgrade Shop}}
tools: {helm: ">=3.16.0"}
options:
  cloud: {enum: [aws, azure]}
namespace: shop
components:
  - name: web
    title: Web
    release: shop-web
    chart: {oci: oci://registry.example.com/charts/web}
    values: {files: ["web/values-{options.cloud}.yaml"]}
    timeout: 600s
`;

function caught(act: () => unknown): Problem | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (isProblem(error)) return error;
    throw error;
  }
}

/** The error as a person reads it. */
function failure(act: () => unknown): string {
  const problem = caught(act);
  return problem ? `${problem.code} exit ${problem.exitCode}\n${problem.message}` : 'no error';
}

const platform = (text: string, codes?: readonly string[]): string =>
  failure(() => parsePlatform(text, 'shop.yaml', { findingCodes: codes }));

test('a definition without mistakes is read, with defaults filled in', () => {
  const shop = parsePlatform(good, 'shop.yaml');
  expect(shop.components[0]?.values.files).toEqual(['web/values-{options.cloud}.yaml']);
  expect([shop.checklist, shop.checks, shop.troubleshooting]).toEqual([[], [], []]);
});

test('every mistake of shape is listed, with its place and the nearest right word', () => {
  const text = `apiVersion: liftlock.dev/v1alpha1
kind: Platform
metadata:
  name: A_b
  titel: x
tools: {helm: 3.16}
options:
  cloud: {enum: []}
  B b: {enum: [a]}
namespace: shop
components:
  - name: a
    relase: b
    timeout: 600
    chart: {oci: http://x}
checks:
  - {id: a, kind: pod}
  - {id: b, kind: logs, foo: 1}
  - id: c
    kind: create-delete
    idfield: x
checklist:
  - {id: x, title: y, affirm: persn}
`;
  expect(platform(text)).toMatchInlineSnapshot(`
    "BAD_DEFINITION exit 2
    shop.yaml has 20 mistakes:
      shop.yaml:3:1 metadata.guide: is missing
      shop.yaml:4:9 metadata.name: expected lower-case letters, digits and dashes, got "A_b"
      shop.yaml:5:3 metadata.titel: unknown key; did you mean "title"?
      shop.yaml:6:15 tools.helm: expected text, got 3.16; put it in quotes
      shop.yaml:8:17 options.cloud.enum: the list is empty
      shop.yaml:9:3 options.B b: a name here takes lower-case letters, digits and dashes
      shop.yaml:12:5 components[0].title: is missing
      shop.yaml:12:5 components[0].values: is missing
      shop.yaml:13:5 components[0].relase: unknown key; did you mean "release"?
      shop.yaml:14:14 components[0].timeout: expected a duration such as 600s or 10m, got 600
      shop.yaml:15:18 components[0].chart.oci: expected text that begins with "oci://", got "http://x"
      shop.yaml:17:19 checks[0].kind: "pod" is not allowed; did you mean "pods"?
      shop.yaml:18:5 checks[1].title: is missing
      shop.yaml:18:5 checks[1].patterns: is missing
      shop.yaml:18:25 checks[1].foo: unknown key; known: title, patterns
      shop.yaml:19:5 checks[2].title: is missing
      shop.yaml:19:5 checks[2].path: is missing
      shop.yaml:19:5 checks[2].body: is missing
      shop.yaml:21:5 checks[2].idfield: unknown key; did you mean "idField"?
      shop.yaml:23:31 checklist[0].affirm: "persn" is not allowed; did you mean "person"?"
  `);
});

test('mistakes that only the whole shows are listed with their places', () => {
  const text = `${good.replace('>=3.16.0', 'new enough').replace('[aws, azure]', '[aws, azure, aws], default: awz')}
  - name: web
    title: Again
    release: shop-web
    chart: {oci: "oci://registry.example.com/charts/web:2.2.5"}
    values: {files: ["../web/{options.clod}.yaml", "web/{cloud}.yaml", "web/{.yaml"]}
    timeout: 0s
registry: {host: registry.example.com, key: {lifetime: 90, warnAfter: 90}}
checklist:
  - {id: window, title: a, affirm: window}
  - {id: window, title: b, affirm: person}
checks:
  - {id: logs, kind: logs, title: Logs, patterns: {error: "(", warning: WARN}}
  - {id: logs, kind: create-delete, title: Thing, path: v1/things, body: {}, idField: id}
graces: {minReady: 0s}
troubleshooting:
  - {findings: [IMAGE_NOT_FOUNT, not-a-code], title: Image, steps: [look]}
`;
  expect(platform(text, ['IMAGE_NOT_FOUND', 'OUT_OF_MEMORY'])).toMatchInlineSnapshot(`
    "BAD_DEFINITION exit 2
    shop.yaml has 19 mistakes:
      shop.yaml:4:15 tools.helm: "new enough" is not a version range such as >=3.16.0
      shop.yaml:6:30 options.cloud.enum[2]: the value "aws" stands twice; the first is number 1
      shop.yaml:6:45 options.cloud.default: "awz" is none of the option's values; did you mean "aws"?
      shop.yaml:16:11 components[1].name: the component name "web" stands twice; the first is number 1
      shop.yaml:18:14 components[1].release: the release "shop/shop-web" stands twice; the first is number 1
      shop.yaml:19:18 components[1].chart.oci: holds a tag or digest; the version is chosen for each upgrade: leave it out
      shop.yaml:20:22 components[1].values.files[0]: must lie below the folder that the site gives as valuesFrom
      shop.yaml:20:22 components[1].values.files[0]: the platform declares no option "clod"; did you mean "cloud"?
      shop.yaml:20:52 components[1].values.files[1]: {cloud} is not understood; only {options.NAME} is replaced
      shop.yaml:20:72 components[1].values.files[2]: a brace that is not closed or not opened
      shop.yaml:21:14 components[1].timeout: must be longer than zero
      shop.yaml:22:71 registry.key.warnAfter: must be fewer days than the lifetime of 90
      shop.yaml:25:10 checklist[1].id: the checklist id "window" stands twice; the first is number 1
      shop.yaml:27:59 checks[0].patterns.error: is not a regular expression
      shop.yaml:28:10 checks[1].id: the check id "logs" stands twice; the first is number 1
      shop.yaml:28:57 checks[1].path: must begin with /
      shop.yaml:29:20 graces.minReady: must be longer than zero
      shop.yaml:31:17 troubleshooting[0].findings[0]: no finding has the code "IMAGE_NOT_FOUNT"; did you mean "IMAGE_NOT_FOUND"?
      shop.yaml:31:34 troubleshooting[0].findings[1]: "not-a-code" has not the form of a finding code, UPPER_SNAKE"
  `);
});

test('codes of findings are only checked against a list that is given', () => {
  const text = `${good}troubleshooting:\n  - {findings: [ANY_CODE], title: Image, steps: [look]}\n`;
  expect(platform(text)).toBe('no error');
});

test('a wrong kind is said alone: nothing else can be judged before it is right', () => {
  expect(platform('kind: Sit\napiVersion: v1\nfoo: 1\n')).toMatchInlineSnapshot(`
    "BAD_DEFINITION exit 2
    shop.yaml has 2 mistakes:
      shop.yaml:1:7 kind: expected "Platform", got "Sit"
      shop.yaml:2:13 apiVersion: expected "liftlock.dev/v1alpha1", got "v1""
  `);
});

const broken: readonly [string, string][] = [
  ['an empty file', ''],
  ['comments only', '# nothing\n'],
  ['a list', '- a\n'],
  ['a second document', `${good}---\nkind: Platform\n`],
  ['duplicate keys', `${good}namespace: other\n`],
  ['a tab', 'kind: Platform\nmetadata:\n\tname: x\n'],
  ['an open bracket and an open quote', 'a: [1, 2\nb: "x\n'],
  ['two colons', 'title: Upgrade: Shop\n'],
  ['an unquoted star', 'title: *shop\n'],
  ['a line without a key', 'kind Platform\nname: x\n'],
];

test('YAML that cannot be read is named by place and remedy', () => {
  const messages = broken.map(([what, text]) => `${what}: ${platform(text)}`).join('\n');
  expect(messages).toMatchInlineSnapshot(`
    "an empty file: BAD_DEFINITION exit 2
    shop.yaml has a mistake:
      shop.yaml:1:1: the file is empty; it needs apiVersion and kind
    comments only: BAD_DEFINITION exit 2
    shop.yaml has a mistake:
      shop.yaml:1:1: the file is empty; it needs apiVersion and kind
    a list: BAD_DEFINITION exit 2
    shop.yaml has a mistake:
      shop.yaml:1:1: expected a map of keys, got a list
    a second document: BAD_DEFINITION exit 2
    shop.yaml has a mistake:
      shop.yaml:16:1: a second YAML document begins here; one file holds one definition: move it to a file of its own
    duplicate keys: BAD_DEFINITION exit 2
    shop.yaml has a mistake:
      shop.yaml:15:1: this key stands twice in the same map; remove one
    a tab: BAD_DEFINITION exit 2
    shop.yaml has a mistake:
      shop.yaml:3:1: a tab in the indentation; use spaces
    an open bracket and an open quote: BAD_DEFINITION exit 2
    shop.yaml has 2 mistakes:
      shop.yaml:2:1: the indentation does not fit, or a [ or { is not closed; align with the keys above and close the bracket
      shop.yaml:3:1: something is not closed: a quote, a bracket, or the colon after a key; close it
    two colons: BAD_DEFINITION exit 2
    shop.yaml has a mistake:
      shop.yaml:1:8: a second "key:" on the same line; quote the value if it holds ": ", or indent the next line
    an unquoted star: BAD_DEFINITION exit 2
    shop.yaml has a mistake:
      shop.yaml:1:8: an alias without its anchor &shop; quote the value if it begins with a star
    a line without a key: BAD_DEFINITION exit 2
    shop.yaml has a mistake:
      shop.yaml:1:1: no "key:" here, or the line is indented differently from its neighbours; add the colon or align it"
  `);
});

test('a site: shape and times', () => {
  const text = `apiVersion: liftlock.dev/v1alpha1
kind: Site
metadata: {name: shop prod}
platform: shop
fixedNode: true
timeScale: 2
graces: {unschedulabel: 10s}
`;
  expect(failure(() => parseSite(text, 'site.yaml'))).toMatchInlineSnapshot(`
    "BAD_DEFINITION exit 2
    site.yaml has 4 mistakes:
      site.yaml:3:18 metadata.name: expected lower-case letters, digits, dots and dashes, got "shop prod"
      site.yaml:5:1 fixedNode: unknown key; did you mean "fixedNodes"?
      site.yaml:6:12 timeScale: must be at most 1
      site.yaml:7:10 graces.unschedulabel: unknown key; did you mean "unschedulable"?"
  `);
});

test('a site: its names against its platform, its times, its credentials', () => {
  const text = `apiVersion: liftlock.dev/v1alpha1
kind: Site
metadata: {name: shop-prod}
platform: shop
options: {clod: aws, cloud: azrue}
window: {opens: "2026-12-06T22:00+01:00", closes: "2026-12-05T22:00+01:00"}
credentials: {registry: {keyFile: key.json, keyCreated: last week, tokenCommand: [token]}}
affirmations: {backup: {by: Ada, at: yesterday}}
timeouts: {wbe: 10m, web: 0s}
checks: {ui: {url: https://shop.example.com}}
`;
  const shop = parsePlatform(good, 'shop.yaml');
  expect(failure(() => parseSite(text, 'site.yaml', shop))).toMatchInlineSnapshot(`
    "BAD_DEFINITION exit 2
    site.yaml has 10 mistakes:
      site.yaml:5:11 options.clod: the platform has no option "clod"; did you mean "cloud"?
      site.yaml:5:29 options.cloud: "azrue" is not allowed; did you mean "azure"?
      site.yaml:6:51 window.closes: the window closes before it opens
      site.yaml:7:57 credentials.registry.keyCreated: "last week" is not a time such as 2026-12-05 or 2026-12-05T22:00+01:00
      site.yaml:7:68 credentials.registry.tokenCommand: keyFile and tokenCommand exclude each other; keep one
      site.yaml:8:16 affirmations.backup: the platform has no checklist item "backup"
      site.yaml:8:38 affirmations.backup.at: "yesterday" is not a time such as 2026-12-05 or 2026-12-05T22:00+01:00
      site.yaml:9:12 timeouts.wbe: the platform has no component "wbe"; did you mean "web"?
      site.yaml:9:27 timeouts.web: must be longer than zero
      site.yaml:10:10 checks.ui: the platform has no check "ui""
  `);
  expect(failure(() => parseSite(text.replace('"2026-12-06T22:00+01:00"', '2026-12-04T22:00'), 'site.yaml'))).toContain(
    'site.yaml:6:17 window.opens: "2026-12-04T22:00" is not a time such as 2026-12-05T22:00+01:00, with its time zone',
  );
});

test('details carry the mistakes as data', () => {
  const problem = caught(() => parsePlatform('kind: Site\n', 'shop.yaml'));
  expect(problem?.at).toEqual({ file: 'shop.yaml', line: 1, column: 1 });
  expect(problem?.details['mistakes']).toHaveLength(2);
});
