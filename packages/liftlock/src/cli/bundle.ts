import { Command, Option } from 'commander';
import { exitCodes, Problem } from '../model/problem.ts';
import { parseExactVersion } from '../model/version.ts';
import { helpText } from './help-text.ts';
import { repeatable } from './options.ts';
import { openParts } from './open-parts.ts';
import { answer, note } from './output.ts';
import { theRedactor } from './redactor.ts';
import { firstWord, siteFlags, withSiteOptions } from './site-options.ts';

interface CreateOptions {
  readonly from?: string;
  readonly to: string;
  readonly out: string;
  readonly platforms: string;
  readonly kubeVersion?: string;
  readonly bundledHelm: boolean;
  readonly dockerConfig?: string;
  readonly imageSource: readonly string[];
}

interface LoadOptions {
  readonly from?: string;
  readonly to?: string;
  readonly registry?: string;
  readonly images: boolean;
  readonly into?: string;
}

/** `liftlock bundle`: everything that an upgrade needs, carried over an air gap. */
export function addBundle(): Command {
  const bundle = new Command('bundle').description('carry an upgrade over an air gap: create, inspect, load');
  for (const command of [create(), inspect(), load()]) bundle.addCommand(command.exitOverride());
  return bundle;
}

function create(): Command {
  return withSiteOptions(new Command('create'))
    .description('gather charts, images and helm for every hop of a route, on a machine that reaches the registries')
    .option('--from <version>', "the installed version; else read from the site's cluster")
    .requiredOption('--to <version>', 'the version to go to, or a constraint such as ~2.19.0')
    .requiredOption('--out <path>', 'a folder, or a file that ends in .tar')
    .option('--platforms <list>', "which of the images' platforms: all, or linux/amd64,linux/arm64", 'all')
    .option('--kube-version <version>', "of the closed side's API server, where charts ask for it")
    .option('--no-bundled-helm', 'leave the helm binary out')
    .addOption(
      repeatable('--image-source <own=vendor>', 'images that your values name below your own registry come from there'),
    )
    .option('--docker-config <file>', "registry logins as docker login writes them, besides the site's")
    .addHelpText(
      'after',
      helpText(
        [],
        ['liftlock bundle create runai --from 2.13.9 --to 2.19.11 --values-from exported --out runai-2.19.tar'],
      ),
    )
    .action(async (_platform: string | undefined, options: CreateOptions, command: Command) => {
      const { makeBundle } = await import('../main/create-bundle.ts');
      const { parseOrigin } = await import('../main/bundle-images.ts');
      const { renderBundle } = await import('../render/bundle.ts');
      const { from, to, out, kubeVersion, bundledHelm, dockerConfig } = options;
      const asked = {
        from: from === undefined ? undefined : parseExactVersion(from),
        to,
        out,
        platforms: platformsOf(options.platforms),
        dockerConfig,
        kubernetes: kubeVersion,
        withHelm: bundledHelm,
        imageOrigins: options.imageSource.map(parseOrigin),
      } as const;
      const made = await makeBundle(siteFlags(command), asked, openParts());
      await answer(renderBundle(made.manifest, made.digest), { redactor: theRedactor });
    });
}

/** Throws BAD_OPTION. */
function platformsOf(text: string): 'all' | readonly string[] {
  if (text === 'all') return 'all';
  const platforms = text.split(',').map((item) => item.trim());
  const wrong = platforms.find((item) => !/^[a-z0-9]+(\/[a-z0-9]+){1,2}$/.test(item));
  if (wrong === undefined) return platforms;
  throw new Problem('BAD_OPTION', `--platforms: "${wrong}" is no platform.`, {
    exitCode: exitCodes.usage,
    advice: ['--platforms linux/amd64,linux/arm64, or all'],
  });
}

function inspect(): Command {
  return new Command('inspect')
    .description('what a bundle holds; with --verify after reading every byte of it')
    .argument('<bundle>', 'a folder or a .tar file')
    .option('--verify', 'compare every file with its checksum')
    .addOption(new Option('-o, --output <format>', 'text or json').choices(['text', 'json']).default('text'))
    .action(async (path: string, options: { readonly verify?: true; readonly output: 'text' | 'json' }) => {
      const { inspectBundle } = await import('../main/load-bundle.ts');
      const { renderBundle } = await import('../render/bundle.ts');
      const say = (text: string) => note(text, theRedactor);
      const { manifest, digest } = await inspectBundle(path, { verify: options.verify === true, say });
      const text =
        options.output === 'json'
          ? `${JSON.stringify({ ...manifest, ...(digest === undefined ? {} : { digest }) }, undefined, 2)}\n`
          : renderBundle(manifest, digest);
      await answer(text, { redactor: theRedactor });
    });
}

function load(): Command {
  return withSiteOptions(new Command('load').argument('[bundle]', "a folder, a .tar file, or a vendor's .tar.gz"))
    .description("verify a bundle or a vendor's archive, push its images, and lay its charts and helm into a folder")
    .option('--to <version>', 'the version to go to')
    .option('--from <version>', "the installed version; else asked of the site's cluster, where that can be reached")
    .option('--registry <host/path>', "the private registry that images are pushed below; else the site's mirror")
    .option('--no-images', 'leave the images alone: the nodes have them otherwise')
    .option('--into <folder>', "for charts and helm; else the site's `charts`")
    .addHelpText(
      'after',
      helpText([], ['liftlock bundle load runai-2.19.tar -f site.yaml --registry registry.example:5000/runai']),
    )
    .action(
      async (_bundle: string | undefined, _platform: string | undefined, options: LoadOptions, command: Command) => {
        const { loadFromBundle } = await import('../main/load-bundle.ts');
        const { renderLoaded } = await import('../render/bundle.ts');
        const path = firstWord(command);
        if (path === undefined) {
          throw new Problem('BUNDLE_UNNAMED', 'Which bundle?', {
            exitCode: exitCodes.usage,
            advice: ['liftlock bundle load BUNDLE -f site.yaml --registry registry.example:5000/path'],
          });
        }
        const { to, from, into } = options;
        const { registry, images } = options;
        const asked = {
          path,
          to: to === undefined ? undefined : parseExactVersion(to),
          from: from === undefined ? undefined : parseExactVersion(from),
          into,
          registry,
          withImages: images,
        };
        const loaded = await loadFromBundle(siteFlags(command, 1), asked, openParts());
        await answer(renderLoaded(loaded), { redactor: theRedactor });
      },
    );
}
