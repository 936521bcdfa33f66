import { plainText } from './wrap.ts';

/** Text that is HTML already: made by `html` alone, so that everything else is escaped. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Content = Markup | string | number | undefined | readonly Content[];

/** A template of HTML: what is put in is shown as it is, never read as markup. Undefined is nothing. */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  const parts = strings.raw.map((part, index) => part + (index < contents.length ? textOf(contents[index]) : ''));
  return new Markup(parts.join(''));
}

function textOf(content: Content): string {
  if (content === undefined) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'string' || typeof content === 'number') return escapeHtml(String(content));
  return content.map(textOf).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for an element or a quoted attribute; without what could steer a terminal or turn the direction of reading. */
export function escapeHtml(text: string): string {
  return plainText(text).replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** A sentence of our own, with what stands between backticks as code. */
export function htmlProse(text: string): Content {
  return text.split('`').map((part, index) => (index % 2 === 0 ? part : html`<code>${part}</code>`));
}

/** A part of a page that other parts may lead to. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly content: Content;
}

/** A table whose first column names its rows. Captions say what it is for those who do not see where it stands. */
export function htmlTable(caption: string, titles: readonly string[], rows: readonly (readonly Content[])[]): Markup {
  return html`<div class="table" role="region" aria-label="${caption}" tabindex="0">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${titles.map((title) => html`<th scope="col">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([first, ...others]) =>
            html`<tr>
              <th scope="row">${first}</th>
              ${others.map((cell) => html`<td>${cell}</td>`)}
            </tr> `,
        )}
      </tbody>
    </table>
  </div> `;
}

/** Terms and what they are. */
export function htmlPairs(pairs: readonly (readonly [term: string, content: Content])[]): Markup {
  return html`<dl>
    ${pairs.map(
      ([term, content]) =>
        html`<div>
          <dt>${term}</dt>
          <dd>${content}</dd>
        </div>`,
    )}
  </dl> `;
}

/** A command to copy, with the name of what it is. */
export function htmlCommand(lines: readonly string[]): Markup {
  return html`<pre tabindex="0"><code>${lines.join('\n')}</code></pre> `;
}
