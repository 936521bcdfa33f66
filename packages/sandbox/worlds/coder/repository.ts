import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { stringify } from 'yaml';
import { listen } from '../../src/http-server.ts';
import type { PackedChart } from '../codemie/packing.ts';

/** A chart repository as vendors serve them: an index.yaml and the archives beside it, over plain HTTP on loopback. */
export interface ChartRepository {
  /** `http://127.0.0.1:PORT`, as `helm repo add` takes it. */
  readonly url: string;
  /** Paths that were asked for, oldest first. */
  readonly requests: string[];
  /** Adds a chart, or puts it in the place of its like. */
  publish(chart: PackedChart): Promise<void>;
  /** Serves other bytes than the index promises, or stops doing so. */
  tamper(file: string, bytes: Uint8Array | undefined): void;
  close(): Promise<void>;
}

interface Entry {
  readonly apiVersion: 'v2';
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
  readonly created: string;
  readonly digest: string;
  readonly urls: readonly string[];
}

/** Starts an empty repository. */
export async function startChartRepository(): Promise<ChartRepository> {
  const files = new Map<string, Uint8Array>();
  const tampered = new Map<string, Uint8Array>();
  const entries: Entry[] = [];
  const requests: string[] = [];
  let generated = new Date().toISOString();
  const index = () => {
    const byName: Record<string, Entry[]> = {};
    for (const entry of entries) (byName[entry.name] ??= []).push(entry);
    return stringify({ apiVersion: 'v1', generated, entries: byName });
  };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname.slice(1);
    requests.push(`/${path}`);
    answer(response, path === 'index.yaml' ? index() : (tampered.get(path) ?? files.get(path)));
  });
  await listen(server, 0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    async publish({ chart, version, file }) {
      const bytes = await readFile(file);
      const name = basename(file);
      files.set(name, bytes);
      generated = new Date().toISOString();
      const entry: Entry = {
        apiVersion: 'v2',
        name: chart,
        version,
        appVersion: version,
        created: generated,
        digest: createHash('sha256').update(bytes).digest('hex'),
        urls: [name],
      };
      const at = entries.findIndex((item) => item.name === chart && item.version === version);
      entries.splice(at < 0 ? entries.length : at, at < 0 ? 0 : 1, entry);
    },
    tamper: (file, bytes) => void (bytes === undefined ? tampered.delete(file) : tampered.set(file, bytes)),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function answer(response: ServerResponse, body: string | Uint8Array | undefined): void {
  if (body === undefined) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200).end(body);
}
