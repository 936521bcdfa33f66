import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { brokenLinks, linksIn } from './markdown-links.ts';
import { commandsPage, type CommandLike, findingPages } from './reference-pages.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'liftlock-docs-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('links to files and headings that are not there are named with their line', () => {
  mkdirSync(join(root, 'docs'));
  writeFileSync(join(root, 'docs/other.md'), '# Other\n\n## What it means: really\n');
  writeFileSync(
    join(root, 'readme.md'),
    [
      '[fine](docs/other.md) [also fine](docs/other.md#what-it-means-really) [outside](https://example.com/x)',
      '[no file](docs/gone.md)',
      '![no image](docs/gone.svg)',
      '[no heading](docs/other.md#gone)',
      '[out of the checkout](../elsewhere.md)',
    ].join('\n'),
  );
  expect(brokenLinks(root)).toEqual([
    'readme.md:2: docs/gone.md leads nowhere',
    'readme.md:3: docs/gone.svg leads nowhere',
    'readme.md:4: docs/other.md#gone leads nowhere',
    'readme.md:5: ../elsewhere.md leads nowhere',
  ]);
});

test('what stands in code is no link', () => {
  expect(linksIn('```\n[a](b.md)\n```\nsay `[a](c.md)` and [d](e.md)')).toEqual([{ target: 'e.md', line: 4 }]);
});

test('each finding has a page, and the index names them all by theme', () => {
  const vendors = [{ platform: 'Shop', file: 'platforms/shop/platform.yaml', title: 'Ask us', codes: ['B_CODE'] }];
  const pages = findingPages(
    { B_CODE: { title: 'b | c', meaning: 'm', whatToDo: ['x', 'y'] } },
    [{ title: 'Of bees', codes: ['B_CODE'] }],
    vendors,
  );
  expect([...pages.keys()]).toEqual(['docs/reference/findings/index.md', 'docs/reference/findings/B_CODE.md']);
  expect(pages.get('docs/reference/findings/index.md')).toContain(
    '## Of bees\n\n| code | what it is |\n| --- | --- |\n| [B_CODE](B_CODE.md) | b \\| c |',
  );
  const text = pages.get('docs/reference/findings/B_CODE.md') ?? '';
  expect(text).toContain('## What to do\n\n1. x\n2. y\n');
  expect(text).toContain('- [Shop](../../../platforms/shop/platform.yaml): Ask us');
  expect(text).toContain('[Of bees](index.md#of-bees)');
});

test('commands are listed with those below them', () => {
  const leaf = { commands: [], options: [], registeredArguments: [], usage: () => '[options]' };
  const show: CommandLike = { ...leaf, name: () => 'show', description: () => 'Shows.' };
  const platform: CommandLike = { ...leaf, name: () => 'platform', description: () => 'Platforms.', commands: [show] };
  const program: CommandLike = { ...leaf, name: () => 'liftlock', description: () => 'Lifts.', commands: [platform] };
  expect(commandsPage(program)).toContain(
    '## liftlock platform show\n\nShows.\n\n```\nliftlock platform show [options]\n```',
  );
});
