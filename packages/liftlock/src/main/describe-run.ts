import { join, resolve } from 'node:path';
import { siteFolder } from '../adapters/files/state-folder.ts';
import type { Plan } from '../model/plan.ts';
import { readAdopted } from './adopted.ts';
import { describeSite, type Described, type SiteFlags } from './open-site.ts';

/**
 * The site of a run, by the flags that its plan kept; where it was adopted from another machine, by its copies.
 * @param elsewhere flags that are otherwise on this machine; a site file of its own takes the place of what was adopted
 */
export async function describeRun(
  run: string,
  plan: Plan,
  elsewhere: Partial<SiteFlags> = {},
  environment: NodeJS.ProcessEnv = process.env,
): Promise<{ readonly described: Described; readonly flags: SiteFlags }> {
  const kept = { ...(plan.inputs as unknown as SiteFlags | undefined), options: plan.site.options };
  const runFolder = join(siteFolder(environment, plan.site.name), 'runs', run);
  const adopted = elsewhere.file === undefined ? await readAdopted(runFolder) : undefined;
  if (adopted === undefined) {
    const own = elsewhere.file === undefined ? kept : withoutPaths(kept);
    const flags = { ...own, ...elsewhere, inputs: { ...own.inputs, ...elsewhere.inputs } };
    return { described: await describeSite(flags, environment), flags };
  }
  const { inputs: given = {}, ...others } = elsewhere;
  const flags = { ...adopted.flags, ...others };
  const described = await describeSite(flags, environment);
  const placed = Object.entries(given).flatMap(([name, path]): [string, string][] => {
    const there = described.site.inputs[name];
    return there === undefined ? [] : [[there, resolve(path)]];
  });
  return {
    flags,
    described: {
      ...described,
      // Of the site's own words, which the copies hold; only its paths are others here.
      siteDigest: plan.site.digest,
      adopted: { ...adopted, flags, placed: { ...adopted.placed, ...Object.fromEntries(placed) } },
    },
  };
}

/** A site file of this machine says by itself where everything lies. */
function withoutPaths(flags: SiteFlags): SiteFlags {
  const { options, inputs, answers, namespace, proveImages } = flags;
  return { options, inputs, answers, namespace, proveImages };
}
