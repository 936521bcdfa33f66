// Makes the folder that `npm publish` takes: the command line as JavaScript, since Node.js strips no types below
// node_modules, with the platforms that come with it. Whatever is not reachable from the command line stays behind.
// usage: node scripts/package.ts [FOLDER]; without one, dist/package.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = join(import.meta.dirname, '..');
const source = join(root, 'packages/liftlock');

/**
 * Lays the package out in an empty folder.
 *
 * @param folder is made anew
 * @param repository address of the repository, which a provenance statement is checked against
 * @throws Error with the compiler's words
 */
export function layPackage(folder: string, repository: string | undefined): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  compile(join(folder, 'dist'));
  cpSync(join(root, 'platforms'), join(folder, 'platforms'), {
    recursive: true,
    filter: (path) => !path.endsWith('.test.ts'),
  });
  for (const name of ['README.md', 'CHANGELOG.md', 'LICENSE']) cpSync(join(root, name), join(folder, name));
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as Readonly<Record<string, unknown>>;
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(published(manifest, repository), null, 2)}\n`);
}

function compile(folder: string): void {
  const compiler = join(root, 'node_modules/typescript7/bin/tsc');
  const project = join(source, 'tsconfig.package.json');
  const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, '-p', project, '--outDir', folder], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The command line cannot be compiled:\n${stdout}${stderr}`);
}

/** The sources are private, so that only what this script lays out is ever published. */
function published(
  { private: _private, ...manifest }: Readonly<Record<string, unknown>>,
  repository: string | undefined,
): object {
  return {
    ...manifest,
    bin: { liftlock: 'dist/cli/main.js' },
    files: ['dist', 'platforms', 'CHANGELOG.md'],
    publishConfig: { access: 'public', provenance: true },
    ...(repository === undefined ? {} : { repository: { type: 'git', url: `git+${repository}.git` } }),
  };
}

if (import.meta.main) {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name } = process.env;
  const folder = resolve(process.argv[2] ?? join(root, 'dist/package'));
  layPackage(folder, server === undefined || name === undefined ? undefined : `${server}/${name}`);
  process.stdout.write(`${folder}\n`);
}
