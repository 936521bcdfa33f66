import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sandbox } from '@liftlock/sandbox';
import type { CorpusCase } from '../corpus/case.ts';
import { openWorld, type World } from '../corpus/world.ts';
import { makeOperator, type Operator, type Outcome } from './liftlock.ts';
import { writeShopSite } from './shop-site.ts';

/** Something whose death is survived: a platform, and a command that works on it. */
export interface KillScene {
  readonly sandbox: Sandbox;
  /** Of the platform; its site has the same name. */
  readonly namespace: string;
  /** Where else the platform lives. */
  readonly otherNamespaces?: readonly string[] | undefined;
  readonly operator: Operator;
  /** The command that is killed. */
  readonly words: readonly string[];
  /** What brings it to its end after a kill; `resume` where absent. */
  readonly again?: readonly string[] | undefined;
  /** Whether a command that ended this way is through; else the journal tells. */
  readonly isThrough?: ((outcome: Outcome) => boolean) | undefined;
  /** What else must be the same as after an undisturbed run. */
  readonly more?: (() => Promise<readonly string[]>) | undefined;
  close(): Promise<void>;
}

/** One kind of work, on a small platform of its own. */
export interface KillScenario {
  readonly name: string;
  /** Helm steps of its run: kills in the middle of helm take one of them. */
  readonly helms: number;
  open(sandbox: Sandbox): Promise<KillScene>;
}

/** One component. */
export interface Part {
  readonly name: 'shop' | 'till';
  /** Objects of one version of its chart. */
  readonly objects: (version: string) => readonly object[];
  readonly files?: Readonly<Record<string, string>> | undefined;
  /** Further keys of its component. */
  readonly component?: object | undefined;
}

interface SmallPlatform {
  readonly name: string;
  readonly versions: readonly string[];
  readonly parts: readonly Part[];
  readonly platform?: object | undefined;
  readonly site?: object | undefined;
  /** What somebody made beside the charts. */
  readonly beside?: readonly object[] | undefined;
}

/** Releases `shop` and `till` at the first version, the others in the registry, and an operator. */
export async function openPlatform(
  sandbox: Sandbox,
  { name, versions, parts, platform, site, beside = [] }: SmallPlatform,
): Promise<{ readonly world: World; readonly operator: Operator; close(): Promise<void> }> {
  const world = await openWorld(sandbox, { name } as CorpusCase, 'helm3');
  const { folder, namespace } = world;
  await writeFile(join(folder, 'values.yaml'), 'greeting: hello\n');
  for (const object of beside) await world.create(object);
  for (const part of parts) await publishPart(world, part, versions);
  const { host } = sandbox.registry;
  const components = parts.map((part) => ({
    name: part.name,
    title: part.name,
    release: part.name,
    chart: { oci: `oci://${host}/kills/${namespace}-${part.name}/shop` },
    values: { files: ['values.yaml'] },
    timeout: '60s',
    ...part.component,
  }));
  await writeShopSite(world, {
    name: 'kills',
    platform: { components, ...platform },
    site: { graces: { minReady: '1s' }, proveImages: 'off', timeScale: 0.25, ...site },
  });
  const operator = await makeOperator({ helm: sandbox.bin.helm3, cwd: folder });
  const close = async () => {
    await operator.close();
    await world.close();
  };
  return { world, operator, close };
}

async function publishPart(world: World, part: Part, versions: readonly string[]): Promise<void> {
  const { folder, namespace, sandbox } = world;
  const { host, scheme, caFile } = sandbox.registry;
  const transport = scheme === 'http' ? ['--plain-http'] : ['--ca-file', caFile ?? ''];
  const must = async (...args: readonly string[]) => {
    const { code, stderr } = await world.helm('helm3', ...args);
    if (code !== 0) throw new Error(`helm ${args[0] ?? ''}: ${stderr}`);
  };
  for (const [index, version] of versions.entries()) {
    const chart = await world.chart({ objects: part.objects(version), files: part.files }, version);
    if (index === 0) {
      await must('install', part.name, chart, '-f', join(folder, 'values.yaml'), '--wait', '--timeout', '60s');
      continue;
    }
    await must('package', chart, '--destination', folder);
    await must(
      'push',
      join(folder, `shop-${version}.tgz`),
      `oci://${host}/kills/${namespace}-${part.name}`,
      ...transport,
    );
  }
}

/** A Secret that the chart makes up once, and finds again with `lookup`. */
export const password = {
  'templates/password.yaml': `apiVersion: v1
kind: Secret
metadata: {name: password}
data:
  password: {{ with lookup "v1" "Secret" .Release.Namespace "password" }}{{ .data.password }}{{ else }}{{ randAlphaNum 24 | b64enc }}{{ end }}
`,
};

/** What every platform of these scenes asks for at its end. */
export const checks = [
  { id: 'releases', kind: 'releases', title: 'Every release is deployed' },
  { id: 'pods', kind: 'pods', title: 'Every pod is ready' },
];
