import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { filesBelow } from './source-files.ts';

/** Relative links in Markdown files below `root` whose file or heading is not there, as `file:line: link` sentences. */
export function brokenLinks(root: string): readonly string[] {
  return filesBelow(root, '.', (name) => name.endsWith('.md')).flatMap((file) =>
    linksIn(readFileSync(join(root, file), 'utf8'))
      .filter(({ target }) => !leadsSomewhere(root, file, target))
      .map(({ target, line }) => `${file}:${line}: ${target} leads nowhere`),
  );
}

/** Links and images of a Markdown text outside of code, with their lines; addresses of other sites are left out. */
export function linksIn(markdown: string): readonly { readonly target: string; readonly line: number }[] {
  const links: { readonly target: string; readonly line: number }[] = [];
  let isCode = false;
  for (const [index, text] of markdown.split('\n').entries()) {
    if (/^\s*(```|~~~)/.test(text)) isCode = !isCode;
    if (isCode) continue;
    const prose = text.replaceAll(/`[^`]*`/g, '');
    for (const match of prose.matchAll(/\]\(<?(?<target>[^)\s>]+)>?[^)]*\)|^\[[^\]]+\]:\s*(?<named>\S+)/g)) {
      const target = match.groups?.['target'] ?? match.groups?.['named'] ?? '';
      if (!/^[a-z][a-z0-9+.-]*:/i.test(target)) links.push({ target, line: index + 1 });
    }
  }
  return links;
}

/** The anchor that a heading gets on GitHub. */
export function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}

function leadsSomewhere(root: string, file: string, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const wanted = path === '' ? join(root, file) : join(root, dirname(file), decodeURIComponent(path));
  // A link out of the checkout works on this machine alone.
  if (relative(root, wanted).startsWith('..') || !existsSync(wanted)) return false;
  if (anchor === undefined || !wanted.endsWith('.md')) return true;
  const headings = readFileSync(wanted, 'utf8').matchAll(/^#{1,6}\s+(?<heading>.+?)\s*#*$/gm);
  return [...headings].some((match) => anchorOf(match.groups?.['heading'] ?? '') === anchor);
}
