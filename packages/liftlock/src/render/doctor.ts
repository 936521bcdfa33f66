import { lookThemes, type Look, type LookState } from '../model/doctor.ts';
import { makeStyle, type Style } from './style.ts';
import { plainText, wrapText } from './wrap.ts';

const titles: Readonly<Record<Look['theme'], string>> = {
  machine: 'This machine',
  state: 'State',
  site: 'Site',
  cluster: 'Cluster',
  registries: 'Registries',
};

/** All looks, a line each, with what to do below what is not well. */
export function renderDoctor(
  looks: readonly Look[],
  view: { readonly width: number; readonly color: boolean },
): string {
  const style = makeStyle(view.color);
  const sections = lookThemes.flatMap((theme) => {
    const own = looks.filter((look) => look.theme === theme);
    if (own.length === 0) return [];
    return [[style.bold(titles[theme]), ...own.flatMap((look) => lookLines(look, view.width, style))].join('\n')];
  });
  return `${[...sections, conclusion(looks, style)].join('\n\n')}\n`;
}

function lookLines({ state, message, advice }: Look, width: number, style: Style): readonly string[] {
  return [
    ...wrapText(plainText(message), { width, first: `  ${markOf(state, style)} `, hanging: '    ' }),
    ...(state === 'ok'
      ? []
      : advice.flatMap((line) => wrapText(plainText(line), { width, first: '      ', hanging: '      ' }))),
  ];
}

function markOf(state: LookState, style: Style): string {
  return { ok: style.good('✓'), warning: style.warn('!'), problem: style.bad('✗'), unknown: style.dim('?') }[state];
}

function conclusion(looks: readonly Look[], style: Style): string {
  const count = (state: LookState) => looks.filter((look) => look.state === state).length;
  const [problems, warnings] = [count('problem'), count('warning')];
  if (problems > 0)
    return style.bad(
      `${problems} ${problems === 1 ? 'problem' : 'problems'}, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}.`,
    );
  return warnings > 0
    ? style.warn(`${warnings} ${warnings === 1 ? 'warning' : 'warnings'}.`)
    : style.good('All is well.');
}
