// npm run docs: writes the generated pages of docs/reference. With --check nothing is written: pages that differ from
// what the code says, and links in Markdown files that lead nowhere, are a failure.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { brokenLinks } from './markdown-links.ts';
import {
  commandsPage,
  type CommandLike,
  exitCodesPage,
  type FindingText,
  type FindingTheme,
  findingPages,
  type VendorTrouble,
} from './reference-pages.ts';
import { filesBelow } from './source-files.ts';

const root = join(import.meta.dirname, '..');
const liftlock = join(root, 'packages/liftlock/src');

/** A part of the code that a page is made from; pages of a part that is not there are not made. */
async function load<T>(path: string, name: string): Promise<T | undefined> {
  const file = join(liftlock, path);
  if (!existsSync(file)) {
    process.stderr.write(`docs: ${path} is not there yet; its pages are left out.\n`);
    return undefined;
  }
  const loaded = (await import(file)) as Record<string, unknown>;
  if (!(name in loaded)) throw new Error(`${path} exports no ${name}`);
  return loaded[name] as T;
}

function jsonPage(schema: unknown): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}

async function makePages(): Promise<ReadonlyMap<string, string>> {
  const pages = new Map<string, string>();
  const catalog = await load<Record<string, FindingText>>('findings/catalog.ts', 'catalog');
  const themes = await load<() => readonly FindingTheme[]>('findings/themes.ts', 'themes');
  if (catalog && themes)
    for (const [path, text] of findingPages(catalog, themes(), await vendorTroubles())) pages.set(path, text);
  for (const kind of ['platform', 'site']) {
    const schema = await load<() => unknown>('definition/schema.ts', `${kind}JsonSchema`);
    if (schema) pages.set(`docs/reference/${kind}.schema.json`, jsonPage(schema()));
  }
  pages.set('docs/reference/exit-codes.md', exitCodesPage());
  const makeProgram = await load<() => CommandLike>('cli/program.ts', 'makeProgram');
  if (makeProgram) pages.set('docs/reference/commands.md', commandsPage(makeProgram()));
  return pages;
}

interface CatalogOfPlatforms {
  listPlatforms(): Promise<readonly { readonly file: string }[]>;
  loadPlatform(file: string): Promise<{
    readonly platform: {
      readonly metadata: { readonly title: string };
      readonly troubleshooting: readonly { readonly findings: readonly string[]; readonly title: string }[];
    };
  }>;
}

/** What the built-in platforms say of findings. */
async function vendorTroubles(): Promise<readonly VendorTrouble[]> {
  const { listPlatforms, loadPlatform } = (await import(
    join(liftlock, 'adapters/files/platform-catalog.ts')
  )) as CatalogOfPlatforms;
  const loaded = await Promise.all(
    (await listPlatforms()).map(async ({ file }) => ({ file, ...(await loadPlatform(file)) })),
  );
  return loaded.flatMap(({ file, platform }) =>
    platform.troubleshooting.map(({ findings, title }) => ({
      platform: platform.metadata.title,
      file: relative(root, file),
      title,
      codes: findings,
    })),
  );
}

function writePages(pages: ReadonlyMap<string, string>): void {
  for (const path of abandonedPages(pages)) rmSync(join(root, path));
  for (const [path, text] of pages) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  process.stdout.write(`${pages.size} pages written.\n`);
}

function drift(pages: ReadonlyMap<string, string>): readonly string[] {
  const isCurrent = (path: string, text: string): boolean =>
    existsSync(join(root, path)) && readFileSync(join(root, path), 'utf8') === text;
  return [
    ...[...pages].filter(([path, text]) => !isCurrent(path, text)).map(([path]) => `${path}: not as the code has it`),
    ...abandonedPages(pages).map((path) => `${path}: nothing in the code stands behind it`),
  ];
}

/** Pages of findings that no longer exist. */
function abandonedPages(pages: ReadonlyMap<string, string>): readonly string[] {
  if (!existsSync(join(root, 'docs/reference/findings'))) return [];
  return filesBelow(root, 'docs/reference/findings', (name) => name.endsWith('.md')).filter((path) => !pages.has(path));
}

const pages = await makePages();
if (process.argv.includes('--check')) {
  const complaints = drift(pages);
  for (const complaint of complaints) process.stderr.write(`${complaint}\n`);
  if (complaints.length > 0) process.stderr.write('Write them with "npm run docs".\n');
  const links = brokenLinks(root);
  for (const link of links) process.stderr.write(`${link}\n`);
  if (complaints.length + links.length > 0) process.exitCode = 1;
  else process.stdout.write('The generated pages are current and every link leads somewhere.\n');
} else {
  writePages(pages);
}
