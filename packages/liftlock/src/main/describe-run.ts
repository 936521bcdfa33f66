import { isAbsolute, join, resolve } from 'node:path';
import { siteFolder } from '../adapters/files/state-folder.ts';
import type { Plan } from '../model/plan.ts';
import { Problem } from '../model/problem.ts';
import { readAdopted, type Adopted } from './adopted.ts';
import { describeSite, type Described, type SiteFlags } from './open-site.ts';

/**
 * The site of a run, by the flags that its plan kept; where it was adopted from another machine, by its copies.
 * Problems: RUN_OF_ANOTHER_SITE, and those of describeSite.
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
  const before = await readAdopted(runFolder);
  const adopted = elsewhere.file === undefined ? before : undefined;
  if (adopted === undefined) {
    const own = elsewhere.file === undefined ? kept : withoutPaths(kept, before);
    const flags = { ...own, ...elsewhere, inputs: { ...own.inputs, ...elsewhere.inputs } };
    const described = ofSite(await describeSite(flags, environment), plan);
    return { described: { ...described, copies: before?.placed }, flags };
  }
  const { inputs: given = {}, ...others } = elsewhere;
  const flags = { ...adopted.flags, ...others };
  const described = ofSite(await describeSite(flags, environment), plan);
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

/** The journal and the folder of a run are those of its site. */
function ofSite(described: Described, { site }: Plan): Described {
  const { name } = described.site.metadata;
  if (name === site.name) return described;
  throw new Problem('RUN_OF_ANOTHER_SITE', `The run is of the site ${site.name}, and this is the site ${name}.`, {
    advice: [`Name a site file whose metadata.name is ${site.name}: --file site.yaml`],
  });
}

/** A site file of this machine says by itself where everything lies. */
function withoutPaths(flags: SiteFlags, adopted: Adopted | undefined): SiteFlags {
  const { options, inputs = {}, answers, namespace, proveImages } = flags;
  if (adopted === undefined) return { options, inputs, answers, namespace, proveImages };
  const here = Object.entries(inputs).flatMap(([name, value]) => {
    const known = isAbsolute(value) ? adopted.placed[value] : value;
    return known === undefined ? [] : [[name, known] as const];
  });
  return { options, inputs: Object.fromEntries(here), answers, namespace, proveImages };
}
