import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readOptional, removeFile, writePrivate } from './state-folder.ts';

/** As many plans of one site are asked for again in practice: of two targets, with and without a remedy. */
const mostKept = 4;

/** Forecasts of one site that may be used again, by their key. Files are private; what they hold is masked before. */
export interface ForecastStore {
  /** Undefined where there is none, or where it cannot be read. */
  read(key: string): Promise<unknown>;
  write(key: string, kept: unknown): Promise<void>;
}

/** @param folder the site's folder */
export function forecastStore(folder: string): ForecastStore {
  const place = join(folder, 'kept-forecasts');
  const fileOf = (key: string) => join(place, `${key.replace(/[^0-9a-z]/g, '-')}.json`);
  return {
    read: async (key) => {
      const text = await readOptional(fileOf(key));
      try {
        return text === undefined ? undefined : (JSON.parse(text) as unknown);
      } catch {
        // Whatever it is, it is no forecast: another one is made.
        return undefined;
      }
    },
    write: async (key, kept) => {
      await writePrivate(fileOf(key), JSON.stringify(kept));
      await dropOldest(place);
    },
  };
}

async function dropOldest(folder: string): Promise<void> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json')).map((name) => join(folder, name));
  // Another process may drop the same at the same time.
  const aged = await Promise.all(
    files.map(async (file) => ({
      file,
      at: await stat(file).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    })),
  );
  for (const { file } of aged.toSorted((a, b) => b.at - a.at).slice(mostKept)) await removeFile(file);
}
