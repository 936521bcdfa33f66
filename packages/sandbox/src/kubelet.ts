/** Answers for the kubelets when the API server asks one for the log of a container. */
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApiClient } from './api-client.ts';
import { listen } from './http-server.ts';
import { isMatch, type Pod, type PodMatch } from './pod.ts';
import type { KeyPair } from './x509.ts';

/** What the containers of certain pods have printed. */
export interface LogRule {
  id: string;
  match: PodMatch;
  container?: string | undefined;
  lines: string[];
}

interface Line {
  time: Date;
  text: string;
}

const followMs = 500;

/** The kubelet end of the sandbox, with the logs it was told of. */
export class Kubelet {
  readonly #api: ApiClient;
  readonly #rules = new Map<string, LogRule & { since: Date }>();

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** Sets what pods have printed; a later rule goes before an earlier one. */
  setLogs(rule: LogRule): void {
    this.#rules.delete(rule.id);
    this.#rules.set(rule.id, { ...rule, since: new Date() });
  }

  clearLogs(id: string): void {
    this.#rules.delete(id);
  }

  async start(port: number, pair: KeyPair): Promise<void> {
    const server = createServer({ cert: pair.certificate, key: pair.key }, (request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        if (!response.headersSent) response.writeHead(500);
        response.end(String(error));
      });
    });
    await listen(server, port);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'https://kubelet');
    const [, route, namespace = '', name = '', container = ''] = url.pathname.split('/').map(decodeURIComponent);
    const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
    const pod = route === 'containerLogs' ? await this.#api.find<Pod>(path) : undefined;
    if (pod === undefined) {
      response.writeHead(404);
      response.end('the sandbox keeps no such thing');
      return;
    }
    const refusal = refusalOf(pod, container, url.searchParams.get('previous') === 'true');
    if (refusal !== undefined) {
      response.writeHead(400);
      response.end(refusal);
      return;
    }
    response.writeHead(200, { 'content-type': 'text/plain' });
    const lines = this.#linesOf(pod, container);
    response.write(render(lines, url.searchParams));
    if (url.searchParams.get('follow') === 'true') await this.#follow(path, container, lines.length, url, response);
    response.end();
  }

  #linesOf(pod: Pod, container: string): Line[] {
    const isForIt = (rule: LogRule): boolean =>
      isMatch(pod, rule.match) && (rule.container === undefined || rule.container === container);
    const rule = [...this.#rules.values()].findLast(isForIt);
    if (rule === undefined) return [];
    const born = new Date(pod.status?.startTime ?? pod.metadata.creationTimestamp ?? 0);
    return rule.lines.map((text, index) => ({ time: new Date(born.getTime() + index), text }));
  }

  async #follow(path: string, container: string, from: number, url: URL, response: ServerResponse): Promise<void> {
    let written = from;
    while (!response.closed && !response.destroyed) {
      await new Promise((resolve) => setTimeout(resolve, followMs));
      const pod = await this.#api.find<Pod>(path);
      if (pod === undefined) return;
      const lines = this.#linesOf(pod, container);
      const fresh = lines.slice(written);
      if (fresh.length > 0)
        response.write(render(fresh, new URLSearchParams({ timestamps: url.searchParams.get('timestamps') ?? '' })));
      written = Math.max(written, lines.length);
      const status = pod.status?.containerStatuses?.find((each) => each.name === container);
      if (status?.state?.terminated !== undefined || status?.state?.waiting !== undefined) return;
    }
  }
}

/** What a kubelet says when there is no log to show: the container never ran, or not before. */
function refusalOf(pod: Pod, name: string, previous: boolean): string | undefined {
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
  const status = statuses.find((each) => each.name === name);
  const hasRun = status?.lastState?.terminated !== undefined;
  if (previous && !hasRun) return `previous terminated container "${name}" in pod "${pod.metadata.name}" not found`;
  const reason = status?.state?.waiting?.reason;
  if (reason === undefined || hasRun) return undefined;
  const why = /^(ErrImagePull|ImagePullBackOff)$/.test(reason) ? 'trying and failing to pull image' : reason;
  return `container "${name}" in pod "${pod.metadata.name}" is waiting to start: ${why}`;
}

/** The text for the options of a PodLogOptions query: tailLines, sinceSeconds, sinceTime, timestamps, limitBytes. */
function render(lines: readonly Line[], query: URLSearchParams): string {
  const sinceSeconds = query.get('sinceSeconds');
  const sinceTime = query.get('sinceTime');
  let since = sinceTime === null ? 0 : Date.parse(sinceTime);
  if (sinceSeconds !== null) since = Math.max(since, Date.now() - Number(sinceSeconds) * 1000);
  let shown = lines.filter(({ time }) => time.getTime() >= since);
  const tail = query.get('tailLines');
  if (tail !== null) shown = Number(tail) === 0 ? [] : shown.slice(-Number(tail));
  const stamped = query.get('timestamps') === 'true';
  const text = shown.map((line) => `${stamped ? `${line.time.toISOString()} ` : ''}${line.text}\n`).join('');
  const limit = query.get('limitBytes');
  return limit === null ? text : Buffer.from(text).subarray(0, Number(limit)).toString();
}
