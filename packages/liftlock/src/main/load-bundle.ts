import { basename, dirname, resolve } from 'node:path';
import { makeArchives } from '../adapters/files/archives.ts';
import { findHelm } from '../adapters/helm/helm-runner.ts';
import { openPrivatePlace } from '../adapters/files/private-place.ts';
import { readChart } from '../adapters/registry/read-chart.ts';
import { parseImage } from '../adapters/registry/reference.ts';
import { contentOf, load, requireFit, type Loadable, type Loaded } from '../bundle/load.ts';
import { onDisk } from '../bundle/disk.ts';
import { loadVendorArchive } from '../bundle/vendor-archive.ts';
import { readBundleManifest, verifyBundle } from '../bundle/verify.ts';
import { bundleFiles, type Archives, type BundleManifest, type FileSet } from '../model/bundle.ts';
import { exitCodes, isProblem, Problem } from '../model/problem.ts';
import { imageRegistry, loginOf } from './bundle-images.ts';
import { ownPlatform } from './create-bundle.ts';
import { installedPlatform } from './installed-versions.ts';
import { describeSite, type Described, type OpenParts, type SiteFlags } from './open-site.ts';

/** What is to become of a bundle. */
export interface LoadRequest {
  readonly path: string;
  readonly to?: string | undefined;
  /** The installed version; asked of the cluster where absent and there is one. */
  readonly from?: string | undefined;
  /** `HOST` or `HOST/PATH` that images are pushed below; else the mirror that the site names. */
  readonly registry?: string | undefined;
  /** False: the nodes have them otherwise. */
  readonly withImages: boolean;
  /** For charts and helm; the site's folder of charts where absent. */
  readonly into?: string | undefined;
}

/** `liftlock bundle load`: verifies all of it, then pushes the images, then lays charts and helm into a folder. */
export async function loadFromBundle(flags: SiteFlags, asked: LoadRequest, parts: OpenParts): Promise<Loaded> {
  const described = await describeSite(flags, parts.environment);
  const say = parts.say ?? (() => undefined);
  const archives = makeArchives();
  const folder = asked.into === undefined ? described.site.charts : resolve(asked.into);
  if (folder === undefined) {
    throw new Problem('BUNDLE_FOLDER_UNKNOWN', 'Into which folder are the charts to go?', {
      advice: ['Name it in the site as `charts`, which is where plan and apply look for them; or give --into.'],
      exitCode: exitCodes.usage,
    });
  }
  const registry = asked.withImages ? (asked.registry ?? mirrorOf(described)) : undefined;
  // Beside where the charts go: a vendor's archive is many gigabytes, and temporary folders are often in memory.
  const place = await onDisk(dirname(folder), async () => openPrivatePlace(dirname(folder), '.unpacked'));
  try {
    const content = await onDisk(place.path, () => verified(described, asked, { archives, place: place.path, parts }));
    return await load(content, {
      folder,
      archives,
      say,
      ...(registry === undefined ? {} : { registry: targetRegistry(described, registry, parts) }),
    });
  } finally {
    place.close();
  }
}

/** What a bundle says of itself, by its `bundle.json` alone; with `verify` after reading every byte. */
export async function inspectBundle(
  path: string,
  options: { readonly verify: boolean; say(text: string): void },
): Promise<{ readonly manifest: BundleManifest; readonly digest?: string | undefined }> {
  const files = await bundleAt(path, makeArchives());
  if (files === undefined) {
    throw new Problem(
      'BUNDLE_UNREADABLE',
      `${path} is no bundle of liftlock; vendors' archives are loaded as they are.`,
      {
        advice: ['liftlock bundle load takes both.'],
        exitCode: exitCodes.usage,
      },
    );
  }
  return options.verify ? verifyBundle(files, options.say) : { manifest: await readBundleManifest(files) };
}

async function verified(
  described: Described,
  asked: LoadRequest,
  { archives, place, parts }: { readonly archives: Archives; readonly place: string; readonly parts: OpenParts },
): Promise<Loadable> {
  const say = parts.say ?? (() => undefined);
  const files = await bundleAt(asked.path, archives);
  if (files === undefined) {
    const helmVersion = async (file: string) => (await findHelm({ flag: file, env: parts.environment })).version;
    return loadVendorArchive(asked, described.platform, { archives, folder: place, readChart, helmVersion, say });
  }
  // The small question first: hashing tens of gigabytes for another site's bundle helps nobody.
  const wish = { platform: described.platform.metadata.name, target: asked.to };
  const manifest = await readBundleManifest(files);
  requireFit(manifest, wish);
  requireFit(manifest, { ...wish, installed: asked.from ?? (await installedVersion(described, parts)) });
  const { helm } = manifest;
  if (helm !== undefined && helm.platform !== ownPlatform())
    say(`the helm of the bundle is for ${helm.platform}, and is left: this machine needs its own`);
  if (manifest.platform.digest !== described.platformDigest)
    say('the definition that the bundle was made from differs from the one here: its route may be another');
  return contentOf(await verifyBundle(files, say), ownPlatform());
}

/** A bundle's files; undefined where it is something else. */
async function bundleAt(path: string, archives: Archives): Promise<FileSet | undefined> {
  const opened = await archives.open(path);
  const name = basename(resolve(path));
  const isFile = opened.place === dirname(resolve(path)) && opened.files.size === 1 && opened.files.has(name);
  if (!isFile) return opened;
  if (!name.endsWith('.tar')) return undefined;
  const inside = await archives.openTar(opened, name);
  return inside.files.has(bundleFiles.manifest) || inside.files.has(bundleFiles.checksums) ? inside : undefined;
}

/** A machine that loads bundles need not reach the cluster: then it is not compared. */
async function installedVersion(described: Described, parts: OpenParts): Promise<string | undefined> {
  try {
    return (await installedPlatform(described, parts)).version;
  } catch (error) {
    if (!isProblem(error)) throw error;
    parts.say?.(`what is installed was not compared with the bundle: ${error.message.split('\n')[0] ?? ''}`);
    return undefined;
  }
}

/** What stands in for a vendor's registry on this site. */
function mirrorOf({ site }: Described): string {
  const mirror = site.mirrors.find(({ to }) => to.startsWith('oci://'));
  if (mirror !== undefined) return mirror.to;
  throw new Problem('BUNDLE_REGISTRY_UNKNOWN', 'To which registry are the images to go?', {
    exitCode: exitCodes.usage,
    advice: [
      "--registry registry.example:5000/path, or a mirror in the site that stands in for the vendor's registry.",
      'Or --no-images, where the nodes have them otherwise.',
    ],
  });
}

function targetRegistry(described: Described, address: string, parts: OpenParts) {
  const [host = '', ...path] = address
    .replace(/^(oci|https?):\/\//, '')
    .replace(/\/+$/, '')
    .split('/');
  if (!isHost(host) || !path.every((part) => partOfPath.test(part))) throw noRegistry(address);
  const below = path.length === 0 ? '' : `${path.join('/')}/`;
  return {
    name: [host, ...path].join('/'),
    images: imageRegistry(described, loginOf(described, host, parts), parts),
    targetOf: (image: string) => {
      const place = parseImage(image);
      // The values name this registry already.
      if (place.host === host) return place;
      return { host, path: below + place.path, reference: place.reference };
    },
  };
}

/** As the specification has it: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests */
const partOfPath = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;

function isHost(text: string): boolean {
  return /^(?:\[[0-9a-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::\d{1,5})?$/.test(text);
}

function noRegistry(address: string): Problem {
  return new Problem('BAD_OPTION', `${JSON.stringify(address)} is no place in a registry.`, {
    advice: ['It reads HOST, HOST:PORT or HOST:PORT/path, in small letters: --registry registry.example:5000/runai'],
    exitCode: exitCodes.usage,
  });
}
