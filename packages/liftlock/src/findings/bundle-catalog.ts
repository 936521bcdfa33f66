import type { CatalogEntry } from './catalog-entry.ts';

/** What may be wrong with a bundle, on either side of an air gap. These are problems: they end the command. */
export const bundleCatalog = {
  BUNDLE_IMAGE_MISSING: {
    title: 'No registry has an image that the route needs',
    meaning:
      'The charts of every hop are rendered with your values, hooks and init containers among them, and each image is looked up where its name says. Those that are not there are all listed, with the component and version that run them. Nothing was fetched yet.',
    whatToDo: [
      'Look at the names: most of them come from the values.',
      'Where the values name a registry of the closed side, say what it stands in for: `--image-source OWN=VENDOR`.',
      'Where the registry wants a login: credentials in the site, or `--docker-config`.',
    ],
  },
  BUNDLE_RENDER_FAILED: {
    title: 'helm cannot render a chart of the route',
    meaning:
      'Without rendering it nobody knows which images a chart runs with these values. That is done without a cluster, so a chart that asks for a version of Kubernetes has to be told one.',
    whatToDo: [
      'Read what helm says; check the values.',
      'Name the version of the closed side: `--kube-version x.y.z`.',
    ],
  },
  BUNDLE_DISK_FULL: {
    title: 'Too little room on the disk',
    meaning:
      'What is still to be written was compared with what the disk has left, before the first byte of it. A bundle that is packed into one file needs its size twice while it is made; an archive of a vendor is unpacked beside the folder of charts.',
    whatToDo: ['Name a folder on a larger disk.', 'Take fewer platforms along: `--platforms linux/amd64`.'],
  },
  BUNDLE_NOT_WRITTEN: {
    title: 'The folder cannot be written to',
    meaning:
      'The operating system refuses it: permissions, a read-only file system, a broken disk. Its own words are told.',
    whatToDo: ['Name another folder, or ask for the permission; the same command goes on where it was.'],
  },
  BUNDLE_UNREADABLE: {
    title: 'An archive is damaged, cut off, or none',
    meaning:
      'The tar or its compression cannot be read to its end, or it holds what no bundle holds: paths that lead out of it, devices, a name twice. Nothing of it was used.',
    whatToDo: ['Copy it again, and compare its checksum on both sides.'],
  },
  BUNDLE_INCOMPLETE: {
    title: 'A bundle lacks files',
    meaning:
      'A file that the bundle names is not there, or its checksums are not: they are written last, so that a bundle that is still being made has none. Nothing of it was used.',
    whatToDo: ['Run `liftlock bundle create` again: it goes on where it was.', 'Or copy the bundle again.'],
  },
  BUNDLE_ALTERED: {
    title: 'A bundle is not what it was made as',
    meaning:
      'Every byte is read before anything is used: a file differs from its checksum, or one lies there that does not belong to the bundle, or an archive of images is not what it says of itself.',
    whatToDo: [
      'Copy it again from where it was made.',
      'If it stays so, find out who has changed it. The digest that `bundle create` prints names the whole content: compare it with `bundle inspect --verify`.',
    ],
  },
  BUNDLE_NAMES_COLLIDE: {
    title: 'Two images would get one name',
    meaning:
      'Images keep their path and tag below the private registry, and lose the host. Two that differ in the host alone, or lie twice in an archive, would become one there: pods would run the one that was pushed last. Nothing was pushed.',
    whatToDo: [
      'Push one of them by hand under a path of its own, and name it so in your values.',
      'Then make the bundle again with those values, or load it with `--no-images`.',
    ],
  },
  BUNDLE_FOR_OTHER: {
    title: 'A bundle is for another platform',
    meaning: 'The bundle, or the archive of the vendor, holds no charts of the platform that this site runs.',
    whatToDo: ['Name the platform or the site file that it is for.'],
  },
  BUNDLE_WRONG_VERSION: {
    title: 'A bundle is for another version',
    meaning:
      'The version that was asked for is none that the bundle leads to. Of an archive of a vendor, the version in its name and that of the charts in it are compared.',
    whatToDo: ['Make or order the bundle of that version.', 'Or go where this one leads: `--to`.'],
  },
  BUNDLE_LACKS_HOP: {
    title: 'A bundle has nothing for a hop',
    meaning:
      'The installed version is none at which one of the hops of the bundle begins, or a hop has no chart of a component. Upgraded all the same, the route would stand still half-way.',
    whatToDo: ['Make it again on the connected side, from the version that is installed: `--from`.'],
  },
  CHART_ALTERED: {
    title: 'A chart is not the one that was loaded',
    meaning: 'An archive in the folder of charts differs from what `bundle load` has left there.',
    whatToDo: ['Load the bundle again: `liftlock bundle load`.', 'If it comes back, find out who changes it.'],
  },
} as const satisfies Readonly<Record<string, CatalogEntry>>;
