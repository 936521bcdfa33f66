import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { findPlaceholders, nearestWord, parseValues } from '../../definition/index.ts';
import { digestOf } from '../../model/digest.ts';
import { exitCodes, formatPlace, Problem } from '../../model/problem.ts';
import type { ValuesFile } from '../../model/snapshot.ts';
import { errorCode, readText } from './read-text.ts';

async function isFolder(folder: string): Promise<boolean> {
  try {
    return (await stat(folder)).isDirectory();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(errorCode(error))) return false;
    throw error;
  }
}

/**
 * Proves that the checkout has the folders of all these values files.
 * @param paths values files as the definition writes them, options expanded
 * @throws CHECKOUT_MISSING (exit 3) that names the checkout, or every sub-folder that it lacks
 */
export async function checkCheckout(checkout: string, paths: readonly string[]): Promise<void> {
  const advice = ['Give the folder that holds the values files of the first deployment: valuesFrom in the site file.'];
  if (!(await isFolder(checkout))) {
    throw new Problem('CHECKOUT_MISSING', `There is no folder ${checkout}.`, { advice, at: { file: checkout } });
  }
  const folders = [...new Set(paths.map((file) => path.posix.dirname(file)))];
  const present = await Promise.all(folders.map((folder) => isFolder(path.join(checkout, folder))));
  const missing = folders.filter((_folder, index) => !present[index]);
  if (missing.length === 0) return;
  const list = missing.map((folder) => `${folder}/`).join(', ');
  throw new Problem('CHECKOUT_MISSING', `${checkout} lacks ${list}.`, {
    advice,
    at: { file: checkout },
    details: { missing },
  });
}

/** True where the checkout holds that file; a checkout that does not exist holds none. */
export async function hasValuesFile(checkout: string, written: string): Promise<boolean> {
  try {
    return (await stat(path.join(checkout, written))).isFile();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return false;
    throw error;
  }
}

async function fileMissing(file: string, written: string): Promise<Problem> {
  const names = await readdir(path.dirname(file)).catch((): string[] => []);
  const files = names.filter((name) => /\.ya?ml$/.test(name)).toSorted();
  const near = nearestWord(path.basename(file), files);
  const there = files.length === 0 ? 'The folder holds no YAML file.' : `The folder holds ${files.join(', ')}.`;
  return new Problem('VALUES_FILE_MISSING', `There is no values file ${written}.`, {
    advice: [near === undefined ? there : `${there} Did you mean ${near}?`, 'Restore it from the first deployment.'],
    at: { file },
  });
}

/**
 * Reads one values file of the checkout as helm does.
 * @param written the file as the definition writes it, options expanded
 * @throws CHECKOUT_MISSING, VALUES_FILE_MISSING, PLACEHOLDER_LEFT (with all of them), VALUES_UNREADABLE; exit 3
 */
export async function loadValuesFile(checkout: string, written: string): Promise<ValuesFile> {
  await checkCheckout(checkout, [written]);
  const file = path.join(checkout, written);
  if (path.relative(checkout, file).startsWith('..')) {
    throw new Problem('VALUES_FILE_MISSING', `${written} is not below ${checkout}.`, { at: { file } });
  }
  const exists = await stat(file).then(
    (found) => found.isFile(),
    (error: unknown) => errorCode(error) !== 'ENOENT',
  );
  if (!exists) throw await fileMissing(file, written);
  await refuseLinkOut(checkout, file, written);
  const text = await readText(file, {
    code: 'VALUES_UNREADABLE',
    what: 'The values file',
    exitCode: exitCodes.blocked,
  });
  refuseHeading(text, file, written);
  // Before parsing: an unquoted %%NAME%% is no YAML, and the placeholder is the better explanation.
  const left = findPlaceholders(text, file);
  if (left.length > 0) {
    const lines = left.map(({ name, place }) => `  ${formatPlace(place)}: ${name}`);
    const count = left.length === 1 ? 'a placeholder' : `${left.length} placeholders`;
    throw new Problem('PLACEHOLDER_LEFT', [`${written} still holds ${count}:`, ...lines].join('\n'), {
      advice: ['Put in what the first deployment used; `helm get values RELEASE -n NAMESPACE -o yaml` shows it.'],
      at: left[0]?.place,
      details: { placeholders: left.map(({ name, place }) => ({ name, place: formatPlace(place) })) },
    });
  }
  return { path: written, file, digest: digestOf(text), values: parseValues(text, file) };
}

/** Whoever may write into a checkout is not one who says which other files of this machine are read. */
async function refuseLinkOut(checkout: string, file: string, written: string): Promise<void> {
  const [root, real] = await Promise.all([realpath(checkout), realpath(file)]);
  if (!path.relative(root, real).startsWith('..')) return;
  throw new Problem('VALUES_UNREADABLE', `${written} is a link that leads out of ${checkout}, to ${real}.`, {
    advice: ['Put the file itself there, or give the folder that it lies in: valuesFrom in the site file.'],
    at: { file },
  });
}

/** What `helm get values` prints above the values unless it is told `-o yaml`: helm reads it as a key, or not at all. */
function refuseHeading(text: string, file: string, written: string): void {
  const [, heading] = /^\uFEFF?((?:USER-SUPPLIED|COMPUTED) VALUES:)\s*$/m.exec(text) ?? [];
  if (heading === undefined) return;
  const line = text.slice(0, text.indexOf(heading)).split('\n').length;
  throw new Problem('VALUES_HEADING', `${written} begins with the heading that helm prints: ${heading}`, {
    at: { file, line },
    advice: [
      heading.startsWith('COMPUTED')
        ? 'These are all values, those of the chart included. Export your own: helm get values RELEASE -n NAMESPACE -o yaml'
        : 'Delete that line, and write {} where null stands below it. `helm get values RELEASE -n NAMESPACE -o yaml` prints none.',
    ],
  });
}
