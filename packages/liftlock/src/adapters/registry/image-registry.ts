import { digestOf } from '../../model/digest.ts';
import type { ImageRegistry, ImageRepository, RawManifest } from '../../model/bundle.ts';
import { isJsonObject, type Json } from '../../model/json.ts';
import { isProblem } from '../../model/problem.ts';
import { readBytes, type HttpAnswer } from '../http/http-client.ts';
import { manifestTypes } from './manifest.ts';
import {
  discard,
  headerOf,
  makeOciClient,
  NetworkFailure,
  type OciClient,
  type OciClientOptions,
  type OciRequest,
} from './oci-client.ts';
import { imageProblem, unreachableProblem, wrongContentProblem } from './registry-problem.ts';
import { makeSender } from './send-blob.ts';

/** Bytes; what registries themselves allow. */
const manifestLimit = 4 * 1024 * 1024;

export interface ImageRegistryOptions extends OciClientOptions {
  /** Bytes of one request of an upload; 16 MiB where absent. */
  readonly chunkBytes?: number | undefined;
}

/** Reads and writes images over the registries' own API: https://github.com/opencontainers/distribution-spec */
export function makeImageRegistry(options: ImageRegistryOptions): ImageRegistry {
  const client = makeOciClient(options);
  const ask = (request: OciRequest, subject: string) => askRegistry(client, request, subject);
  const sender = makeSender(ask, options.chunkBytes ?? 16 * 1024 * 1024);

  async function manifest(repository: ImageRepository, reference: string): Promise<RawManifest | undefined> {
    const { host, path } = repository;
    const subject = imageName(repository, reference);
    const scope = pullScope(path);
    const request = { host, path: `/v2/${path}/manifests/${reference}`, method: 'GET', accept: manifestTypes, scope };
    const answer = await ask(request as OciRequest, subject);
    if (answer.status !== 200) {
      discard(answer);
      if (answer.status === 404) return undefined;
      throw imageProblem(subject, host, answer.status);
    }
    const content = await readWhole(answer, subject, host);
    const digest = digestOf(content);
    const wanted = reference.startsWith('sha256:') ? reference : headerOf(answer, 'docker-content-digest');
    if (wanted?.startsWith('sha256:') === true && wanted !== digest)
      throw wrongContentProblem(subject, host, wanted, digest);
    return { digest, content, mediaType: mediaTypeOf(content, headerOf(answer, 'content-type')) };
  }

  return {
    manifest,
    async blob(repository, { digest, size }, start) {
      const { host, path } = repository;
      const subject = `${imageName(repository, digest)} (${size} bytes)`;
      const headers = start === 0 ? {} : { range: `bytes=${start}-` };
      const blobPath = `/v2/${path}/blobs/${digest}`;
      const answer = await ask({ host, path: blobPath, method: 'GET', scope: pullScope(path), headers }, subject);
      if (answer.status === 206) return { start, body: answer.body as AsyncIterable<Uint8Array> };
      // A registry that knows no ranges sends all of it.
      if (answer.status === 200) return { start: 0, body: answer.body as AsyncIterable<Uint8Array> };
      discard(answer);
      throw imageProblem(subject, host, answer.status);
    },
    hasBlob: (repository, digest) => sender.hasBlob(repository, digest),
    sendBlob: (repository, blob, read, from) => sender.sendBlob(repository, blob, read, from),
    async sendManifest(repository, reference, { content, digest, mediaType }) {
      const { host, path } = repository;
      const subject = imageName(repository, reference);
      const request = {
        host,
        path: `/v2/${path}/manifests/${reference}`,
        method: 'PUT',
        scope: `repository:${path}:pull,push`,
        headers: { 'content-type': mediaType },
        body: () => content,
      } as const;
      const answer = await ask(request, subject);
      discard(answer);
      if (answer.status !== 201) throw imageProblem(`writing ${subject}`, host, answer.status);
      const kept = headerOf(answer, 'docker-content-digest');
      if (kept !== undefined && kept !== digest) throw wrongContentProblem(subject, host, digest, kept);
    },
  };
}

async function askRegistry(client: OciClient, request: OciRequest, subject: string): Promise<HttpAnswer> {
  try {
    return await client.send(request);
  } catch (error) {
    if (error instanceof NetworkFailure) throw unreachableProblem(subject, request.host, error);
    throw error;
  }
}

async function readWhole(answer: HttpAnswer, subject: string, host: string): Promise<Buffer> {
  try {
    return await readBytes(answer, manifestLimit);
  } catch (error) {
    if (isProblem(error)) throw error;
    throw unreachableProblem(subject, host, error);
  }
}

function pullScope(path: string): string {
  return `repository:${path}:pull`;
}

/** As people write it. */
export function imageName({ host, path }: ImageRepository, reference: string): string {
  return `${host}/${path}${reference.startsWith('sha256:') ? '@' : ':'}${reference}`;
}

/** What a manifest says of itself is covered by its digest; the header is not. */
function mediaTypeOf(content: Buffer, header: string | undefined): string {
  try {
    const value = JSON.parse(content.toString('utf8')) as Json;
    if (isJsonObject(value) && typeof value['mediaType'] === 'string') return value['mediaType'];
  } catch {
    // Whoever reads it says what is wrong with it.
  }
  return (header ?? '').split(';')[0]?.trim() ?? '';
}
