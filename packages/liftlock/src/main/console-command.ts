import { readText } from '../adapters/files/read-text.ts';
import { findPlaceholders } from '../definition/index.ts';
import { digestOf } from '../model/digest.ts';
import type { Component, Platform } from '../model/platform.ts';
import { exitCodes, Problem } from '../model/problem.ts';
import type { Redactor } from '../model/redaction.ts';
import type { Site } from '../model/site.ts';
import type { ValuesFile } from '../model/snapshot.ts';
import { satisfiesRange } from '../model/version.ts';
import { exportedText } from '../release/exported-values.ts';
import { parseHelmCommand, type HelmCommand } from '../release/helm-command.ts';

/** The file in which the site keeps the command that a vendor's console shows for a component; undefined where it has none. */
export function commandFile(
  { values }: Pick<Component, 'values'>,
  { inputs }: Pick<Site, 'inputs'>,
): string | undefined {
  return values.command === undefined || !Object.hasOwn(inputs, values.command) ? undefined : inputs[values.command];
}

/** The component whose values come from this file. */
export function componentOfCommand(platform: Platform, site: Site, file: string): Component | undefined {
  return platform.components.find((component) => commandFile(component, site) === file);
}

/**
 * The values of such a command, as those of a values file. Its secrets are learned before anything else sees them.
 * @throws FILE_UNREADABLE, COMMAND_UNREADABLE, PLACEHOLDER_LEFT, COMMAND_OF_ANOTHER
 */
export async function loadCommand(
  file: string,
  component: Component,
  { namespace, redactor }: { readonly namespace: string; readonly redactor: Redactor },
): Promise<ValuesFile> {
  const command = await readCommand(file);
  redactor.learnValues(command.values);
  refuseAnother(command, file, component, namespace);
  return { path: file, file, digest: digestOf(exportedText(command.values)), values: command.values, isCommand: true };
}

async function readCommand(file: string): Promise<HelmCommand> {
  const text = await readText(file, { code: 'FILE_UNREADABLE', what: 'The command', exitCode: exitCodes.usage });
  const [left] = findPlaceholders(text, file);
  if (left !== undefined)
    throw new Problem('PLACEHOLDER_LEFT', `${file} still holds ${left.name}.`, {
      at: left.place,
      advice: ['Put in what the console shows for this cluster.'],
    });
  return parseHelmCommand(text, file);
}

function refuseAnother(
  command: HelmCommand,
  file: string,
  { release, name, namespace }: Component,
  platform: string,
): void {
  const wanted = namespace ?? platform;
  const wrong =
    command.release !== release
      ? `the release ${command.release}, and ${name} is ${release}`
      : command.namespace !== undefined && command.namespace !== wanted
        ? `the namespace ${command.namespace}, and ${name} is in ${wanted}`
        : undefined;
  if (wrong === undefined) return;
  throw new Problem('COMMAND_OF_ANOTHER', `The command in ${file} is about ${wrong}.`, {
    at: { file },
    exitCode: exitCodes.usage,
    advice: ['Copy the command that the console shows for this cluster.'],
  });
}

/**
 * Refuses commands for another version than the one that is planned.
 * @param target the end of the route
 * @throws COMMAND_OF_ANOTHER
 */
export async function refuseOtherVersions(
  { platform, site }: { readonly platform: Platform; readonly site: Site },
  selected: readonly string[],
  target: string,
): Promise<void> {
  for (const component of platform.components) {
    const file = selected.includes(component.name) ? commandFile(component, site) : undefined;
    if (file !== undefined) await refuseOtherVersion(file, target);
  }
}

async function refuseOtherVersion(file: string, target: string): Promise<void> {
  const { version } = await readCommand(file);
  if (version === undefined || satisfiesRange(target, version)) return;
  throw new Problem('COMMAND_OF_ANOTHER', `The command in ${file} installs ${version}, and ${target} is planned.`, {
    at: { file },
    exitCode: exitCodes.usage,
    advice: [`Choose version ${target} in the console and copy its command, or plan ${version}: --version ${version}`],
  });
}
