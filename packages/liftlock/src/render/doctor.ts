import { counted } from '../model/counted.ts';
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
  return { ok: style.good('✓'), warning: style.warn('!'), blocker: style.bad('✗'), unknown: style.dim('?') }[state];
}

function conclusion(looks: readonly Look[], style: Style): string {
  const count = (state: LookState) => looks.filter((look) => look.state === state).length;
  const [blockers, warnings] = [count('blocker'), count('warning')];
  if (blockers > 0) return style.bad(`${counted(blockers, 'blocker')}, ${counted(warnings, 'warning')}.`);
  return warnings > 0 ? style.warn(`${counted(warnings, 'warning')}.`) : style.good('All is well.');
}
