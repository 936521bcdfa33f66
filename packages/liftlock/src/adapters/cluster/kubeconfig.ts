import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { exitCodes, Problem } from '../../model/problem.ts';
import { yamlData } from '../../model/yaml-data.ts';
import type { Environment } from '../http/proxy-choice.ts';
import { inClusterConfig } from './in-cluster.ts';
import { nearestName } from './nearest-name.ts';

/** A cluster or user stanza, with the folder that its relative paths start from. */
export interface Stanza {
  readonly name: string;
  readonly folder: string;
  readonly fields: JsonObject;
}

/** What a kubeconfig says of one context. */
export interface KubeconfigContext {
  readonly name: string;
  readonly namespace: string;
  /** API server's address, without a slash at its end; may have a path. */
  readonly server: string;
  readonly cluster: Stanza;
  readonly user: Stanza;
}

export interface KubeconfigChoice {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly namespace?: string | undefined;
  readonly env: Environment;
}

interface Merged {
  readonly files: readonly string[];
  current: string;
  readonly contexts: Map<string, Stanza>;
  readonly clusters: Map<string, Stanza>;
  readonly users: Map<string, Stanza>;
}

/**
 * Finds the kubeconfig as kubectl does: the given file, else the files of KUBECONFIG (of two entries with one name the
 * first wins; absent files are skipped), else ~/.kube/config, else the service account of the pod this runs in.
 * Source: https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
 *
 * Problems, all exit 2: NO_KUBECONFIG, BAD_KUBECONFIG, CONTEXT_UNKNOWN.
 */
export function readKubeconfig(choice: KubeconfigChoice): KubeconfigContext {
  const merged = merge(filesOf(choice));
  const name = choice.context ?? merged.current;
  if (merged.contexts.size === 0) {
    const inside = inClusterConfig(choice.env, choice.namespace);
    if (inside !== undefined && choice.context === undefined && choice.kubeconfig === undefined) return inside;
    throw noKubeconfig(merged.files);
  }
  const context = merged.contexts.get(name);
  if (context === undefined) throw contextUnknown(name, merged);
  const cluster = named(merged.clusters, context, 'cluster');
  const server = textOf(cluster.fields['server']).replace(/\/+$/, '');
  if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol)) {
    throw bad(merged.files, `the cluster "${cluster.name}" has no usable server address.`);
  }
  const user =
    textOf(context.fields['user']) === ''
      ? { name: '', folder: context.folder, fields: {} }
      : named(merged.users, context, 'user');
  const namespace = choice.namespace ?? (textOf(context.fields['namespace']) || 'default');
  return { name, namespace, server, cluster, user };
}

function filesOf(choice: KubeconfigChoice): { readonly paths: readonly string[]; readonly mustExist: boolean } {
  if (choice.kubeconfig !== undefined) return { paths: [resolve(choice.kubeconfig)], mustExist: true };
  const listed = (choice.env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  if (listed.length > 0) return { paths: listed.map((path) => resolve(path)), mustExist: false };
  return { paths: [join(choice.env['HOME'] ?? homedir(), '.kube', 'config')], mustExist: false };
}

function merge(files: { readonly paths: readonly string[]; readonly mustExist: boolean }): Merged {
  const merged: Merged = {
    files: files.paths,
    current: '',
    contexts: new Map(),
    clusters: new Map(),
    users: new Map(),
  };
  for (const path of files.paths) {
    if (!files.mustExist && !existsSync(path)) continue;
    const content = readFile(path);
    if (merged.current === '') merged.current = textOf(content['current-context']);
    const folder = dirname(path);
    collect(merged.contexts, content['contexts'], 'context', folder);
    collect(merged.clusters, content['clusters'], 'cluster', folder);
    collect(merged.users, content['users'], 'user', folder);
  }
  return merged;
}

/** Of the largest fleets, with certificates in them, some thousands of values. */
const limits = { levels: 30, values: 200_000, aliases: 100 };

function readFile(path: string): JsonObject {
  let content: unknown;
  try {
    const document = parseDocument(readFileSync(path, 'utf8'), { prettyErrors: false, logLevel: 'silent' });
    const [error] = document.errors;
    if (error !== undefined) throw error;
    content = yamlData(document, limits);
  } catch (error) {
    // A YAML error quotes the line it stumbled over, and that may be a token.
    const said = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw bad([path], said === 'ENOENT' ? 'there is no such file.' : `it cannot be read (${said}).`);
  }
  if (content === null || content === undefined) return {};
  if (!isJsonObject(content)) throw bad([path], 'it is no map.');
  return content;
}

function collect(into: Map<string, Stanza>, list: Json | undefined, key: string, folder: string): void {
  if (!Array.isArray(list)) return;
  for (const entry of list as readonly Json[]) {
    if (!isJsonObject(entry)) continue;
    const name = textOf(entry['name']);
    const fields = entry[key];
    if (!into.has(name)) into.set(name, { name, folder, fields: isJsonObject(fields) ? fields : {} });
  }
}

function named(stanzas: Map<string, Stanza>, context: Stanza, key: 'cluster' | 'user'): Stanza {
  const name = textOf(context.fields[key]);
  const found = stanzas.get(name);
  if (found !== undefined) return found;
  throw bad([context.folder], `the context "${context.name}" names the ${key} "${name}", which is not there.`);
}

/** Text of a scalar: names may be written as numbers. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

function noKubeconfig(files: readonly string[]): Problem {
  return new Problem('NO_KUBECONFIG', `No cluster is configured: no context was found in ${files.join(', ')}.`, {
    advice: ['Name a kubeconfig: --kubeconfig FILE, or KUBECONFIG.'],
    exitCode: exitCodes.usage,
  });
}

function bad(files: readonly string[], why: string): Problem {
  return new Problem('BAD_KUBECONFIG', `The kubeconfig ${files.join(', ')} cannot be used: ${why}`, {
    advice: ['Compare it with `kubectl config view`.'],
    exitCode: exitCodes.usage,
  });
}

function contextUnknown(name: string, merged: Merged): Problem {
  const known = [...merged.contexts.keys()].toSorted();
  if (name === '') {
    return new Problem('CONTEXT_UNKNOWN', 'The kubeconfig names no current context.', {
      advice: [`Choose one with --context: ${known.join(', ')}`],
      exitCode: exitCodes.usage,
    });
  }
  const near = nearestName(name, known);
  return new Problem('CONTEXT_UNKNOWN', `The kubeconfig has no context "${name}".`, {
    advice: [...(near === undefined ? [] : [`Did you mean ${near}?`]), `Known contexts: ${known.join(', ')}`],
    exitCode: exitCodes.usage,
    details: { known },
  });
}
