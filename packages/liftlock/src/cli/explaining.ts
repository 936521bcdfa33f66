import { listPlatforms, loadPlatform } from '../adapters/files/platform-catalog.ts';
import { nearestWord } from '../definition/index.ts';
import { catalog, isKnownCode } from '../findings/catalog.ts';
import { themeOf, themes } from '../findings/themes.ts';
import { exitCodes, Problem } from '../model/problem.ts';
import { renderFindingIndex, renderFindingPage, type VendorEntry } from '../render/finding-page.ts';

interface View {
  readonly width: number;
  readonly color: boolean;
}

/** Every code with its title, by theme. */
export function explainAll(output: 'text' | 'json', view: View): string {
  if (output === 'json') return `${JSON.stringify(catalog, undefined, 2)}\n`;
  return renderFindingIndex(themes(), (code) => (isKnownCode(code) ? catalog[code].title : ''), view);
}

/**
 * One code's page, with what the built-in platforms say of it.
 * @throws Problem UNKNOWN_CODE (exit 2) with the nearest code
 */
export async function explainCode(written: string, output: 'text' | 'json', view: View): Promise<string> {
  const code = written.toUpperCase().replaceAll('-', '_');
  if (!isKnownCode(code)) throw unknownCode(written);
  const page = { code, theme: themeOf(code), explanation: catalog[code], vendors: await vendorEntries(code) };
  return output === 'json' ? `${JSON.stringify(page, undefined, 2)}\n` : renderFindingPage(page, view);
}

async function vendorEntries(code: string): Promise<readonly VendorEntry[]> {
  const platforms = await Promise.all((await listPlatforms()).map(({ file }) => loadPlatform(file)));
  return platforms.flatMap(({ platform }) =>
    platform.troubleshooting
      .filter(({ findings }) => findings.includes(code))
      .map((trouble) => ({ platform: platform.metadata.title, trouble })),
  );
}

function unknownCode(written: string): Problem {
  const near = nearestWord(written, Object.keys(catalog));
  // Findings and problems are written alike, also in the handbook.
  const mayBeProblem = /^[A-Z]+(_[A-Z]+)+$/.test(written);
  return new Problem('UNKNOWN_CODE', `There is no finding "${written}".`, {
    exitCode: exitCodes.usage,
    advice: [
      ...(mayBeProblem ? ['A problem says where it is printed what to do: explain knows findings.'] : []),
      near === undefined ? 'liftlock explain lists them all.' : `liftlock explain ${near}`,
    ],
  });
}
