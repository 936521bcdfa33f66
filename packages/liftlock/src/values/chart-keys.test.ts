import { describe, expect, test } from 'vitest';
import type { ChartContent } from '../model/chart-content.ts';
import type { JsonObject } from '../model/json.ts';
import { chartKeys } from './chart-keys.ts';

/** A chart of these templates; everything else is empty unless given. */
function chart(templates: readonly string[], fields: Partial<ChartContent> = {}): ChartContent {
  return {
    name: 'web',
    values: {},
    templates: templates.map((text, index) => ({ path: `templates/${index}.yaml`, text })),
    files: [],
    dependencies: [],
    subcharts: [],
    ...fields,
  };
}

/** Of the paths, those that are read; `?` where it is not known. */
function readOf(content: ChartContent, paths: string, values: JsonObject = {}): string {
  const keys = chartKeys(content, values);
  return paths
    .split(' ')
    .flatMap((path) => ({ yes: [path], no: [], unknown: [`${path}?`] })[keys.reads(path.split('.'))])
    .join(' ');
}

describe('which values templates read', () => {
  test.each([
    ['a plain field', '{{ .Values.a.b }}', 'a a.b a.c b', 'a a.b'],
    ['from the top', '{{ $.Values.a.b | quote }}', 'a.b a.c', 'a.b'],
    ['by index', '{{ index .Values "a" "b-c" }}', 'a.b-c a.d', 'a.b-c'],
    ['by index with a key that is computed', '{{ index .Values.a .Chart.Name }}', 'a.b b.a', 'a.b'],
    [
      'by get, dig and hasKey',
      '{{ get .Values.a "b" }}{{ dig "c" "d" 1 .Values.a }}{{ if hasKey .Values.a "e" }}{{ end }}',
      'a.b a.c.d a.e a.f',
      'a.b a.c.d a.e',
    ],
    ['safe for nil', '{{ ((.Values.a).b).c }}', 'a.b.c a.b.d', 'a.b.c'],
    ['as YAML', '{{- toYaml .Values.a | nindent 4 }}', 'a.b.c b', 'a.b.c'],
    ['by with', '{{- with .Values.a }}x: {{ .b }}{{ .c | toYaml }}{{- end }}', 'a.b a.c.d a.e', 'a.b a.c.d'],
    ['by with and YAML of the dot', '{{- with .Values.a }}{{- toYaml . | nindent 2 }}{{- end }}', 'a.b b', 'a.b'],
    [
      'by else with',
      '{{ with .Values.a }}{{ .x }}{{ else with .Values.b }}{{ .y }}{{ end }}',
      'a.x a.y b.y b.x',
      'a.x b.y',
    ],
    ['by range', '{{ range $k, $v := .Values.a }}{{ $k }}{{ end }}', 'a.b.c b', 'a.b.c'],
    [
      'by a test alone',
      '{{ if .Values.a }}x{{ end }}{{ if and .Values.b.c (not .Values.d) }}{{ end }}',
      'a a.b b.c b.d d',
      'a b.c d',
    ],
    ['by a variable', '{{ $x := .Values.a }}{{ $x.b }}{{ range $x.c }}{{ end }}', 'a.b a.c.d a.e', 'a.b a.c.d'],
    [
      'by a variable that is assigned later',
      '{{ $x := .Values.a }}{{ if .Values.c }}{{ $x = .Values.b }}{{ end }}{{ $x.y }}',
      'a.y b.y c a.z',
      'a.y b.y c',
    ],
    [
      'in the turn after',
      '{{ $x := 1 }}{{ range .Values.l }}{{ $x.y }}{{ $x = $.Values.b }}{{ end }}',
      'b.y b.z',
      'b.y',
    ],
    [
      'by default and coalesce',
      '{{ default .Values.a.x .Values.b | quote }}{{ coalesce .Values.c .Values.d.e }}',
      'a.x b c d.e d.f',
      'a.x b c d.e',
    ],
    ['in a field after brackets', '{{ (default (dict) .Values.a).b }}', 'a.b a.c', 'a.b'],
    ['by merge', '{{ (merge (dict) .Values.a .Values.b).c }}', 'a.c b.c a.d', 'a.c b.c'],
    ['by a function that nobody knows', '{{ frobnicate .Values.a }}', 'a.b b', 'a.b'],
    ['all of them', '{{ .Values | toYaml }}', 'a.b b', 'a.b b'],
    ['by tpl', '{{ tpl .Values.a . }}{{ tpl "{{ .Values.b }}" $ }}', 'a b c', 'a b'],
    [
      'in words with marks',
      '{{ printf `%s}}` .Values.a }}{{/* .Values.b */}}{{- /* }} .Values.c */ -}}{{ "{{" }}{{ .Values.d }}',
      'a b c d',
      'a d',
    ],
  ])('%s', (_title, template, asked, read) => {
    expect(readOf(chart([template]), asked)).toBe(read);
  });

  test('named templates, with the context that each call gives', () => {
    const helpers = [
      '{{ define "all" }}{{ .Values.a.b }}{{ end }}',
      '{{ define "image" }}{{ .root.registry }}/{{ with .root }}{{ .tag }}{{ end }}{{ .global.registry }}{{ end }}',
      '{{ define "unused" }}{{ .Values.never }}{{ end }}',
      '{{ define "part" }}{{ .x }}{{ end }}',
      '{{ define "list" }}{{ $c := index . 0 }}{{ $c.Values.listed }}{{ end }}',
    ];
    const use = [
      '{{ include "all" . }}{{ include "image" (dict "root" .Values.image "global" .Values.global) }}',
      '{{ template "part" .Values.p }}{{ include "list" (list $ 1) }}',
      '{{ include (print $.Template.BasePath "/0.yaml") . | sha256sum }}',
    ];
    const asked = 'a.b a.c image.registry image.tag image.name global.registry p.x p.y listed';
    expect(readOf(chart([...helpers, ...use]), asked)).toBe('a.b image.registry image.tag global.registry p.x listed');
  });

  test('a call by a computed name may be any of them', () => {
    const templates = ['{{ define "x" }}{{ .Values.a }}{{ end }}', '{{ include (printf "%s" .Values.n) . }}'];
    expect(readOf(chart(templates), 'a n b')).toBe('a n');
    expect(readOf(chart([templates[0] ?? '']), 'a n b')).toBe('');
  });

  test('a template that calls itself, and one that nobody can parse', () => {
    const loop = '{{ define "x" }}{{ include "x" . }}{{ .Values.a }}{{ end }}{{ include "x" . }}';
    expect(readOf(chart([loop]), 'a b')).toBe('a');
    expect(readOf(chart(['{{ if .Values.a }}']), 'a b')).toBe('a? b?');
    expect(readOf(chart(['{{ .Values.a ! }}']), 'a b')).toBe('a? b?');
  });

  test('texts of values and files that are templates themselves', () => {
    const content = chart(['{{ tpl .Values.text . }}{{ tpl (.Files.Get "conf/a.conf") . }}'], {
      values: { text: '{{ .Values.inner.a }}' },
      files: [{ path: 'conf/a.conf', text: 'x={{ .Values.inner.b }}' }],
    });
    expect(readOf(content, 'inner.a inner.b inner.c inner.d', { own: ['{{ .Values.inner.c }}'] })).toBe(
      'inner.a inner.b inner.c',
    );
  });
});

describe('which values a chart declares', () => {
  test('its defaults and its schema, whatever templates do', () => {
    const schema = {
      $defs: { image: { properties: { tag: {} } } },
      properties: {
        image: { $ref: '#/$defs/image' },
        env: { additionalProperties: { type: 'string' } },
        open: { additionalProperties: true },
        hosts: { patternProperties: { '^h': {} } },
      },
      allOf: [{ properties: { more: {} } }],
    };
    const content = chart([], { values: { a: { b: null, c: {} } }, schema });
    expect(readOf(content, 'a.c a.d image.tag image.name env.X open.x hosts.h1 hosts.x more')).toBe(
      'a.c image.tag env.X hosts.h1 more',
    );
  });

  test('a default of null is a key all the same', () => {
    expect(readOf(chart([], { values: { a: { b: null } } }), 'a.b a.c')).toBe('a.b');
  });
});

describe('subcharts', () => {
  const db = chart(['{{ .Values.size }}{{ .Values.global.zone }}'], { name: 'db', values: { user: 'x' } });

  test('read below their alias, and what is global at the top', () => {
    const content = chart([], {
      dependencies: [
        { name: 'db', alias: 'main', conditions: ['main.enabled'], tags: ['data'], imports: ['exports.port'] },
        { name: 'db', conditions: [], tags: [], imports: [] },
      ],
      subcharts: [db],
    });
    const asked =
      'main.size main.user main.x main.enabled db.size db.enabled global.zone global.x main.exports.port tags.data size';
    expect(readOf(content, asked)).toBe(
      'main.size main.user main.enabled db.size global.zone main.exports.port tags.data',
    );
  });

  test('a parent reads what it names itself; what is not at hand is not known', () => {
    const content = chart(['{{ .Values.db.host }}'], {
      dependencies: [{ name: 'db', conditions: [], tags: [], imports: [] }],
    });
    expect(readOf(content, 'db.host db.size global.x x')).toBe('db.host db.size? global.x?');
  });
});
