import { chartReference, type Platform } from '../model/platform.ts';
import { makeStyle } from './style.ts';
import { renderPairs } from './table.ts';
import { wrapText } from './wrap.ts';

/** A definition for people: what is upgraded, in which order, with what, and how one knows that it worked. */
export function renderPlatform(
  platform: Platform,
  view: { readonly width: number; readonly color: boolean } = { width: 100, color: false },
): string {
  const style = makeStyle(view.color);
  const { width } = view;
  const options = Object.entries(platform.options).map(
    ([name, option]) =>
      [
        `--${name}`,
        `${option.enum.join(', ')}${option.default === undefined ? '' : ` (${option.default} where it is not given)`}`,
      ] as const,
  );
  const components = platform.components.flatMap((component, index) => [
    `${String(index + 1).padStart(2)}  ${style.bold(component.title)} ${style.dim(component.name)}`,
    ...renderPairs(
      [
        ['release', component.release],
        ['chart', chartReference(component.chart)],
        ['values', component.values.files?.join(', ') ?? `those of the live release (${component.values.file ?? ''})`],
        ['timeout', component.timeout],
        ...(component.migrates === undefined ? [] : [['migrates', component.migrates.note] as const]),
      ],
      width,
      style,
      '    ',
    ),
  ]);
  const lines = [
    style.bold(platform.metadata.title),
    ...renderPairs(
      [
        ['namespace', platform.namespace],
        ['helm', platform.tools.helm],
        ...(platform.registry === undefined ? [] : [['registry', platform.registry.host] as const]),
        ...options,
      ],
      width,
      style,
    ),
    '',
    style.bold('Components, in this order'),
    ...components,
    ...section(
      'Before',
      platform.checklist.map(({ id, title }) => [id, title] as const),
    ),
    ...section(
      'After',
      platform.checks.map(({ id, title }) => [id, title] as const),
    ),
  ];
  return `${lines.join('\n')}\n`;

  function section(title: string, pairs: readonly (readonly [string, string])[]): string[] {
    if (pairs.length === 0) return [];
    return ['', ...wrapText(style.bold(title), { width }), ...renderPairs(pairs, width, style, '  ')];
  }
}
