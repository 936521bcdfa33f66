// The walls between the rooms of ARCHITECTURE.md. A room imports only from layers above its own; an import that only
// carries types counts like any other. `npm run walls` checks them, and that nothing was left unchecked.
const source = '^packages/liftlock/src/';

/** Rooms in layers, and what each may import besides itself. A room that is not here may not exist. */
const model = ['model'];
const pure = ['release', 'definition', 'facts', 'values', 'route', 'plan', 'findings', 'journal', 'render'];
const doers = ['snapshot', 'forecast', 'run', 'bundle'];
const adapters = ['helm', 'gate', 'cluster', 'registry', 'journal', 'files', 'credentials', 'http', 'process'].map(
  (name) => `adapters/${name}`,
);

/** @type {Record<string, string[]>} */
const mayImport = { model: [] };
for (const room of pure) mayImport[room] = [...model];
// What a release record says and how values are carried over are questions of the plan and of findings alike: see
// decision 0001.
mayImport.plan.push('release', 'values');
mayImport.findings.push('release', 'values');
// Routes and migrations are part of planning; a definition's conditions are parsed where it is read.
mayImport.plan.push('route', 'facts');
mayImport.findings.push('route', 'facts');
mayImport.definition.push('facts');
// The way back of a run is planned from what its journal tells.
mayImport.plan.push('journal');
for (const room of doers) mayImport[room] = [...model, ...pure];
// A forecast and a run read the cluster as a snapshot does.
mayImport.forecast.push('snapshot');
mayImport.run.push('snapshot');
for (const room of adapters) mayImport[room] = [...model, 'adapters/http', 'adapters/process'];
// A file that does not parse is refused where it is read.
mayImport['adapters/files'].push('definition');
// The gate sends on what helm asks with the cluster's own credentials.
mayImport['adapters/gate'].push('adapters/cluster');
mayImport.main = [...model, ...pure, ...doers, ...adapters];
mayImport.cli = [...mayImport.main, 'main'];

/** The rooms that may import a library: one job, one library, few doors. */
const libraryDoors = {
  '@kubernetes/client-node': ['adapters/cluster'],
  '@marcbachmann/cel-js': ['facts'],
  tar: ['adapters/files', 'adapters/registry'],
  execa: ['adapters/helm', 'adapters/credentials'],
  commander: ['cli'],
  '@clack/prompts': ['cli'],
  diff: ['render'],
  semver: ['model'],
  zod: ['model', 'definition', 'plan', 'journal', 'run', 'adapters/credentials'],
  yaml: ['release', 'definition', 'values', 'render', 'run', 'cli'].concat(
    ['files', 'helm', 'registry', 'cluster'].map((name) => `adapters/${name}`),
  ),
};

/** Tests may reach across rooms: what they hold together is their own affair. */
const tests = '[.]test[.]ts$';
const inRooms = (rooms) => `${source}(${rooms.join('|')})/`;
const allRooms = Object.keys(mayImport);

const inputAndOutput =
  '^(node:)?(fs|fs/promises|http|https|http2|net|tls|dgram|dns|dns/promises|child_process|cluster|worker_threads|sqlite|readline|readline/promises)$';

module.exports = {
  forbidden: [
    ...Object.entries(mayImport).map(([room, allowed]) => ({
      name: `room-${room.replace('/', '-')}`,
      comment: `${room}/ may import ${['itself', ...allowed.map((name) => `${name}/`)].join(', ')}.`,
      severity: 'error',
      from: { path: inRooms([room]), pathNot: tests },
      to: { path: source, pathNot: inRooms([room, ...allowed]) },
    })),
    {
      name: 'known-rooms',
      comment: 'Every file of liftlock lies in a room; index.ts is the library.',
      severity: 'error',
      from: { path: source, pathNot: [inRooms(allRooms), `${source}index[.]ts$`] },
      to: {},
    },
    {
      name: 'library-without-cli',
      comment: 'The library does not know its command line.',
      severity: 'error',
      from: { path: `${source}index[.]ts$` },
      to: { path: inRooms(['cli']) },
    },
    {
      name: 'pure-rooms-do-nothing',
      comment: 'The nouns and the pure rooms read no file, ask no server and start no process.',
      severity: 'error',
      from: { path: inRooms([...model, ...pure]), pathNot: tests },
      to: { path: inputAndOutput },
    },
    {
      name: 'doers-act-through-ports',
      comment: 'Doers reach the network, other processes and databases through ports only.',
      severity: 'error',
      from: { path: inRooms(doers), pathNot: tests },
      to: { path: '^(node:)?(http|https|http2|net|tls|dgram|child_process|sqlite)$' },
    },
    ...Object.entries(libraryDoors).map(([library, rooms]) => ({
      name: `library-${library.replace(/[@/]/g, '-').replace(/^-/, '')}`,
      comment: `${library} is imported in ${rooms.map((room) => `${room}/`).join(', ')} only.`,
      severity: 'error',
      from: { path: source, pathNot: [inRooms(rooms), tests] },
      to: { path: `(^|/)node_modules/${library}/` },
    })),
    {
      name: 'sandbox-stands-alone',
      comment: 'The sandbox imports nothing of liftlock.',
      severity: 'error',
      from: { path: '^packages/sandbox/' },
      to: { path: '^packages/liftlock/' },
    },
    {
      name: 'sandbox-is-optional',
      comment: 'liftlock loads the sandbox with import() when it is asked for, and runs without it.',
      severity: 'error',
      from: { path: source, pathNot: tests },
      to: { path: '^packages/sandbox/', dynamic: false },
    },
    {
      name: 'sandbox-has-one-door',
      comment: 'One file loads the sandbox.',
      severity: 'error',
      from: { path: source, pathNot: [`${source}main/sandbox[.]ts$`, tests] },
      to: { path: '^packages/sandbox/', dynamic: true },
    },
    {
      name: 'no-circles',
      comment: 'Files that need each other are one file, or lack a third; types may go round, code may not.',
      severity: 'error',
      from: { path: '^(packages|scripts)/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared-dependencies',
      comment: 'What is imported stands in the package.json of its own package.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: tests },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.json'],
    },
  },
};
