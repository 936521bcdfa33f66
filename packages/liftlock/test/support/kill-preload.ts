// Loaded into liftlock's own process (`--import`, by NODE_OPTIONS) before anything of the product: ends it at a boundary
// of its journal, or while helm is at work. The product knows nothing of it.
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { basename } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { entryName, type Blow, type Kill } from './kill.ts';

const asked = process.env['LIFTLOCK_TEST_KILL'];
// Neither helm nor any other child may inherit it.
for (const name of ['NODE_OPTIONS', 'LIFTLOCK_TEST_KILL']) Reflect.deleteProperty(process.env, name);
if (asked !== undefined) arm(JSON.parse(asked) as Kill);

function arm(kill: Kill): void {
  const mark = () => appendFileSync(kill.mark, `${kill.at.where} ${process.pid}\n`);
  if (kill.at.where === 'time') {
    const { afterMs, blow } = kill.at;
    setTimeout(() => {
      mark();
      strike(blow);
    }, afterMs);
    return;
  }
  if (kill.at.where === 'nowhere') {
    onWrite(mark);
    return;
  }
  if (kill.at.where === 'write') {
    const { write, side, to = '' } = kill.at;
    onWrite(
      (count, request) => {
        if (count === write) strikeRequest(request, side, mark);
      },
      (path) => path.includes(to),
    );
    return;
  }
  if (kill.at.where === 'entry') {
    const { entry, side, blow, of } = kill.at;
    let entries = 0;
    onEntry((now, body) => {
      if (of !== undefined && entryName(body) !== of) return;
      if (now === 'before') entries += 1;
      if (entries !== entry || now !== side) return;
      mark();
      strike(blow);
    });
    return;
  }
  const { helm, afterMs, whom } = kill.at;
  let helms = 0;
  onEntry((side, body) => {
    if (side !== 'after' || !isHelmAct(body)) return;
    helms += 1;
    if (helms === helm) void strikeHelm(whom, afterMs, mark);
  });
}

/** Calls back with every request that changes something, before it is sent. */
function onWrite(
  look: (count: number, request: http.ClientRequest) => void,
  isMeant: (path: string) => boolean = () => true,
): void {
  let count = 0;
  for (const module of [http, https]) {
    const send = module.request.bind(module) as (url: URL, options: http.RequestOptions) => http.ClientRequest;
    const sent = (url: URL, options: http.RequestOptions) => {
      const request = send(url, options);
      if (changesSomething(url, options) && isMeant(new URL(url).pathname)) look((count += 1), request);
      return request;
    };
    Object.assign(module, { request: sent });
  }
}

/** No dry run, no question, no Lease. */
function changesSomething(url: URL, { method = 'GET' }: http.RequestOptions): boolean {
  const { pathname, search } = new URL(url);
  if (['GET', 'HEAD', 'OPTIONS'].includes(method) || search.includes('dryRun=All')) return false;
  return !/\/leases(\/|$)|reviews$/.test(pathname);
}

function strikeRequest(
  request: http.ClientRequest,
  side: 'before' | 'on its way' | 'answered',
  mark: () => void,
): void {
  const fall = () => {
    mark();
    process.kill(process.pid, 'SIGKILL');
  };
  if (side === 'before') fall();
  else if (side === 'on its way') request.once('finish', () => setImmediate(fall));
  else request.prependOnceListener('response', fall);
}

/** Calls back before the INSERT of an entry, between it and its COMMIT, and after that. */
function onEntry(look: (side: 'before' | 'within' | 'after', body: EntryBody) => void): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const { prepare, exec } = DatabaseSync.prototype;
  let open: EntryBody | undefined;
  DatabaseSync.prototype.prepare = function prepared(sql: string): StatementSync {
    const statement = prepare.call(this, sql);
    if (!sql.startsWith('INSERT INTO entries')) return statement;
    const run = statement.run.bind(statement) as (...values: readonly unknown[]) => ReturnType<StatementSync['run']>;
    statement.run = (...values: readonly unknown[]) => {
      const body = JSON.parse(String(values.at(-1))) as EntryBody;
      look('before', body);
      const ran = run(...values);
      open = body;
      look('within', body);
      return ran;
    };
    return statement;
  };
  DatabaseSync.prototype.exec = function executed(sql: string): void {
    exec.call(this, sql);
    if (sql !== 'COMMIT' || open === undefined) return;
    const body = open;
    open = undefined;
    look('after', body);
  };
}

interface EntryBody {
  readonly type: string;
  readonly step?: string | undefined;
}

function isHelmAct({ type, step = '' }: EntryBody): boolean {
  return type === 'act-started' && /(upgrade|rollback|uninstall|install|take-back)$/.test(step);
}

function strike(blow: Blow): void {
  switch (blow) {
    case 'SIGKILL':
    case 'SIGTERM':
    case 'SIGINT':
      process.kill(process.pid, blow);
      return;
    case 'SIGINT-twice':
      process.kill(process.pid, 'SIGINT');
      setTimeout(() => process.kill(process.pid, 'SIGINT'), 50);
      return;
    case 'out-of-memory':
      exhaustMemory();
  }
}

/** Takes all that V8 may have, without a pause in which anything else could happen: V8 aborts the process. */
function exhaustMemory(): never {
  const taken: unknown[] = [];
  for (;;) taken.push(Array.from({ length: 4096 }, (_item, index) => ({ index, of: taken.length })));
}

async function strikeHelm(whom: 'liftlock' | 'helm' | 'both', afterMs: number, mark: () => void): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  if (whom !== 'liftlock') {
    const helm = await findHelm();
    if (helm === undefined && whom === 'helm') return;
    mark();
    if (helm !== undefined) process.kill(helm, 'SIGKILL');
  } else mark();
  if (whom !== 'helm') process.kill(process.pid, 'SIGKILL');
}

/** A helm that changes a release, among our children; it may not have been started yet, or be through. */
async function findHelm(): Promise<number | undefined> {
  for (let look = 0; look < 40; look += 1) {
    const found = children().find((pid) => isHelm(pid));
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return undefined;
}

function children(): readonly number[] {
  return readdirSync('/proc/self/task').flatMap((task) =>
    read(`/proc/self/task/${task}/children`).trim().split(' ').filter(Boolean).map(Number),
  );
}

function isHelm(pid: number): boolean {
  const [program = '', word = ''] = read(`/proc/${pid}/cmdline`).split('\0');
  return basename(program).startsWith('helm') && ['upgrade', 'install', 'rollback', 'uninstall'].includes(word);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
