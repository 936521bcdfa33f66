import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ClusterChoice } from '../main/cluster-runs.ts';
import type { SiteFlags } from '../main/open-site.ts';
import { repeatable } from './options.ts';
import { pairsOf } from './site-options.ts';

/** Flags that say in which cluster a run is looked for that this machine does not know. */
export interface ClusterOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
}

/** Of commands that read what became of a run. */
export function withClusterOptions(command: Command): Command {
  return command
    .option('--kubeconfig <path>', 'look for runs in this cluster as well; else KUBECONFIG or ~/.kube/config')
    .option('--context <name>', 'context of the kubeconfig')
    .option('-n, --namespace <name>', 'only in this namespace; else in all that may be listed');
}

/** What a machine gives anew that goes on with a run of another one. */
export interface ElsewhereOptions extends ClusterOptions {
  readonly file?: string;
  readonly helm?: string;
  readonly valuesFrom?: string;
  readonly keyFile?: string;
  readonly passwordFile?: string;
  readonly caFile?: string;
  readonly charts?: string;
  readonly input: readonly string[];
}

/** Of commands that go on with a run, here or from another machine. */
export function withElsewhereOptions(command: Command): Command {
  return withClusterOptions(command)
    .option('-f, --file <site.yaml>', 'site file, where it lies elsewhere on this machine')
    .option('--helm <path>', 'the helm binary; else LIFTLOCK_HELM, else the one on PATH')
    .option('--values-from <folder>', "folder that holds the platform's values files")
    .option('--key-file <key.json>', 'registry key')
    .option('--password-file <file>', "the registry's password")
    .option('--ca-file <pem>', 'certificates to trust besides the system ones')
    .option('--charts <folder>', 'chart archives, as bundle load leaves them')
    .addOption(repeatable('--input <name=path>', 'a file that did not travel; repeatable'));
}

export function clusterChoice({ kubeconfig, context, namespace }: ClusterOptions): ClusterChoice {
  return { kubeconfig, context, namespace };
}

/** What of a run's own flags is otherwise on this machine. */
export type Elsewhere = Partial<SiteFlags>;

export function elsewhereFlags(options: ElsewhereOptions): Elsewhere {
  const { context, helm, input } = options;
  const inputs = input.length === 0 ? undefined : pairsOf('--input licence=licence.txt', input);
  const paths = ['kubeconfig', 'file', 'valuesFrom', 'keyFile', 'passwordFile', 'caFile', 'charts'] as const;
  const flags = { context, helm, inputs, ...Object.fromEntries(paths.map((name) => [name, absolute(options[name])])) };
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
}

/** They are kept for the next command, which may be given in another folder. */
function absolute(path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(path);
}
