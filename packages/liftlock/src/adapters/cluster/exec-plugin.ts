import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { exitCodes, Problem } from '../../model/problem.ts';
import { masked, Redactor } from '../../model/redaction.ts';
import type { Environment } from '../http/proxy-choice.ts';
import { textOf, type KubeconfigContext } from './kubeconfig.ts';

/** What a plug-in answers with. */
export interface ExecCredential {
  readonly token?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Milliseconds since the epoch; undefined: until it is refused. */
  readonly expiresAt?: number | undefined;
}

/** A plug-in that asks nobody anything has a minute; one that asks a person as long as a code lives that is typed elsewhere. */
const ownLimitMs = 60_000;
const personMs = 15 * 60_000;
/** Between being asked to end and being ended, and between an end and that of its pipes. */
const killMs = 2_000;
const pipesMs = 1_000;
const answerLimit = 1024 * 1024;
const notFound = 'it was not found';

/**
 * Runs the exec plug-in of a kubeconfig user, as client-go does: environment added, KUBERNETES_EXEC_INFO set, prompts
 * possible on a terminal. Source: https://kubernetes.io/docs/reference/config-api/client-authentication.v1/
 *
 * @param limitMs how long one that asks nobody may take
 *
 * Problems, exit 3: CLUSTER_LOGIN_FAILED. Its message has the end of what the plug-in wrote to stderr, never its answer.
 */
export async function runExecPlugin(
  context: KubeconfigContext,
  exec: JsonObject,
  env: Environment,
  limitMs: number = ownLimitMs,
): Promise<ExecCredential> {
  const command = commandOf(exec, context.user.folder);
  const interactive = isInteractive(exec);
  const child = spawn(command, listOf(exec['args']).map(textOf), {
    env: { ...env, ...ownEnvironment(exec), KUBERNETES_EXEC_INFO: JSON.stringify(infoOf(context, exec, interactive)) },
    stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'pipe'],
    // A Ctrl-C that asks a run to stop must not end the login by which it writes what it has begun.
    detached: !interactive,
  });
  const heard = { answer: '', said: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    if (heard.answer.length < answerLimit) heard.answer += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    heard.said = `${heard.said}${text}`.slice(-answerLimit);
    if (interactive) process.stderr.write(text);
  });
  const why = await endOf(child, interactive ? personMs : limitMs);
  if (why !== undefined) {
    const hint = why === notFound ? textOf(exec['installHint']) : '';
    throw failed(context, command, [why, lastLines(heard.said)].filter((part) => part !== '').join(': '), hint);
  }
  return read(context, command, heard.answer);
}

/** Waits for a plug-in, no longer than it may take; undefined where it ended well, else why it did not. */
async function endOf(child: ChildProcess, mostMs: number): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  let isLate = false;
  // Not spawn's own timeout: its timer outlives a plug-in that could not be started, and keeps the process waiting.
  const timers = [
    setTimeout(() => {
      isLate = true;
      child.kill();
    }, mostMs),
    setTimeout(() => child.kill('SIGKILL'), mostMs + killMs),
  ];
  child.once('error', (error: NodeJS.ErrnoException) =>
    resolve(error.code === 'ENOENT' ? notFound : (error.code ?? 'it could not be started')),
  );
  const ended = (code: number | null, signal: string | null): void => {
    if (isLate) resolve(`it did not end within ${mostMs / 1000} s`);
    else if (code === null) resolve(`it was ended by ${signal ?? 'a signal'}`);
    else resolve(code === 0 ? undefined : `it ended with ${code}`);
  };
  child.once('close', ended);
  // What it leaves behind, a daemon, may keep its pipes open for ever: what it said itself is there by then.
  child.once('exit', (code, signal) => timers.push(setTimeout(() => ended(code, signal), pipesMs)));
  const why = await promise;
  for (const timer of timers) clearTimeout(timer);
  child.stdout?.destroy();
  child.stderr?.destroy();
  return why;
}

function commandOf(exec: JsonObject, folder: string): string {
  const command = textOf(exec['command']);
  // Like client-go: a path is taken from the kubeconfig's folder, a bare name from PATH.
  return command.includes('/') && !command.startsWith('/') ? join(folder, command) : command;
}

function ownEnvironment(exec: JsonObject): Record<string, string> {
  const pairs = listOf(exec['env']).filter(isJsonObject);
  return Object.fromEntries(pairs.map((pair) => [textOf(pair['name']), textOf(pair['value'])]));
}

function isInteractive(exec: JsonObject): boolean {
  const mode = textOf(exec['interactiveMode']) || 'IfAvailable';
  return mode !== 'Never' && process.stdin.isTTY;
}

function infoOf(context: KubeconfigContext, exec: JsonObject, interactive: boolean): JsonObject {
  const { fields } = context.cluster;
  const cluster = {
    server: context.server,
    'tls-server-name': fields['tls-server-name'],
    'insecure-skip-tls-verify': fields['insecure-skip-tls-verify'],
    'certificate-authority-data': fields['certificate-authority-data'],
    'proxy-url': fields['proxy-url'],
    config: extensionOf(fields['extensions']),
  };
  return {
    apiVersion: textOf(exec['apiVersion']),
    kind: 'ExecCredential',
    spec: { interactive, ...(exec['provideClusterInfo'] === true ? { cluster } : {}) },
  };
}

/** What a cluster's stanza keeps for plug-ins. */
function extensionOf(extensions: Json | undefined): Json | undefined {
  const own = listOf(extensions).find(
    (item) => isJsonObject(item) && item['name'] === 'client.authentication.k8s.io/exec',
  );
  return isJsonObject(own) ? own['extension'] : undefined;
}

function read(context: KubeconfigContext, command: string, answer: string): ExecCredential {
  let status: Json | undefined;
  try {
    const parsed = JSON.parse(answer) as Json;
    status = isJsonObject(parsed) ? parsed['status'] : undefined;
  } catch {
    throw failed(context, command, 'its answer is no JSON', '');
  }
  if (!isJsonObject(status)) throw failed(context, command, 'its answer holds no status', '');
  const token = textOf(status['token']);
  const cert = textOf(status['clientCertificateData']);
  const key = textOf(status['clientKeyData']);
  if (token === '' && (cert === '' || key === '')) throw failed(context, command, 'its answer holds no credential', '');
  const expires = Date.parse(textOf(status['expirationTimestamp']));
  return {
    ...(token === '' ? {} : { token }),
    ...(cert === '' || key === '' ? {} : { cert, key }),
    ...(Number.isNaN(expires) ? {} : { expiresAt: expires }),
  };
}

/** Some print what they have to standard error, credentials among it: those are masked before anything is cut off. */
function lastLines(text: string): string {
  const redactor = new Redactor();
  redactor.learnValues(text);
  return redactor
    .text(text)
    .replaceAll(/[\w.~+/=-]{100,}/g, masked)
    .trim()
    .split('\n')
    .slice(-3)
    .join(' ')
    .slice(-400);
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function failed(context: KubeconfigContext, command: string, why: string, hint: string): Problem {
  return new Problem(
    'CLUSTER_LOGIN_FAILED',
    `The login to ${context.server} failed: the plug-in "${command}" of the kubeconfig user "${context.user.name}": ${why}.`,
    {
      advice: [...(hint === '' ? [] : [hint]), 'Log in again, as you would for kubectl, and repeat the command.'],
      exitCode: exitCodes.blocked,
    },
  );
}
