import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '../../model/digest.ts';
import type { PulledChart, Registry } from '../../model/ports.ts';
import { exitCodes, isProblem, Problem } from '../../model/problem.ts';
import type { Site } from '../../model/site.ts';
import type { HttpAnswer } from '../http/http-client.ts';
import { storeBlob } from './blob-store.ts';
import { hexOf, keep } from './chart-cache.ts';
import { isRepositoryChart, makeChartRepositories } from './chart-repository.ts';
import { makeImageStatus } from './image-status.ts';
import { listTags } from './list-tags.ts';
import { chartLayerOf, manifestTypes, provenanceLayerOf, provenanceLimit } from './manifest.ts';
import {
  discard,
  headerOf,
  makeOciClient,
  NetworkFailure,
  type OciClientOptions,
  type OciRequest,
} from './oci-client.ts';
import { readBody } from './read-body.ts';
import { isLoopback, parseRepository, sourceOf, tagOf, type Repository } from './reference.ts';
import { answerProblem, unreachableProblem, wrongContentProblem } from './registry-problem.ts';

/** Bytes; what registries themselves allow. */
const manifestLimit = 4 * 1024 * 1024;

export interface RegistryOptions extends OciClientOptions {
  /** Charts go to `charts/`, manifests to `manifests/` below it. */
  readonly cacheFolder: string;
  readonly mirrors: Site['mirrors'];
}

/**
 * An OCI registry over its own HTTP API, as far as charts and the presence of images need it, and chart repositories beside
 * it. See the port.
 */
export function makeRegistry(options: RegistryOptions): Registry {
  const client = makeOciClient(options);
  const repositories = makeChartRepositories(client, options.cacheFolder);

  async function ask(request: OciRequest, subject: string): Promise<HttpAnswer> {
    refusePlainHttp(request.host, options.plainHttp);
    try {
      return await client.send(request);
    } catch (error) {
      if (error instanceof NetworkFailure) throw unreachableProblem(subject, request.host, error);
      throw error;
    }
  }

  function askManifest(method: 'GET' | 'HEAD', repository: Repository, reference: string, subject: string) {
    const { host, path } = repository;
    const scope = `repository:${path}:pull`;
    return ask({ host, path: `/v2/${path}/manifests/${reference}`, method, accept: manifestTypes, scope }, subject);
  }

  async function resolve(reference: string, version: string): Promise<string> {
    const source = sourceOf(reference, options.mirrors);
    if (isRepositoryChart(source)) return repositories.resolve(source, version);
    const repository = parseRepository(source);
    const subject = `chart ${repository.path} ${version}`;
    const head = await askManifest('HEAD', repository, tagOf(version), subject);
    discard(head);
    if (head.status !== 200) throw answerProblem(subject, repository.host, head.status);
    const claimed = headerOf(head, 'docker-content-digest');
    const manifest = await getManifest(repository, claimed ?? tagOf(version), subject);
    const digest = digestOf(manifest);
    if (claimed !== undefined && claimed !== digest)
      throw wrongContentProblem(subject, repository.host, claimed, digest);
    chartLayerOf(manifest, subject);
    keep(manifestFile(digest), manifest);
    return digest;
  }

  async function getManifest(repository: Repository, reference: string, subject: string): Promise<string> {
    const answer = await askManifest('GET', repository, reference, subject);
    if (answer.status !== 200) {
      discard(answer);
      throw answerProblem(subject, repository.host, answer.status);
    }
    return readBody(answer, manifestLimit, subject, repository.host);
  }

  async function listing(reference: string) {
    const source = sourceOf(reference, options.mirrors);
    return isRepositoryChart(source) ? repositories.listing(source) : undefined;
  }

  async function tags(reference: string) {
    const source = sourceOf(reference, options.mirrors);
    return isRepositoryChart(source) ? undefined : listTags(ask, parseRepository(source));
  }

  async function pull(reference: string, digest: string): Promise<PulledChart> {
    const source = sourceOf(reference, options.mirrors);
    if (isRepositoryChart(source)) return repositories.pull(source, digest);
    const repository = parseRepository(source);
    const subject = `chart ${repository.path}@${digest}`;
    const layer = chartLayerOf(await knownManifest(repository, digest, subject), subject);
    const file = join(options.cacheFolder, 'charts', `${hexOf(layer.digest)}.tgz`);
    if (existsSync(file) && digestOf(readFileSync(file)) === layer.digest) return { digest, file };
    const { host, path } = repository;
    const scope = `repository:${path}:pull`;
    const answer = await ask({ host, path: `/v2/${path}/blobs/${layer.digest}`, method: 'GET', scope }, subject);
    if (answer.status !== 200) {
      discard(answer);
      throw answerProblem(subject, host, answer.status);
    }
    try {
      await storeBlob(answer.body, file, layer);
    } catch (error) {
      if (isProblem(error)) throw error;
      throw unreachableProblem(subject, host, error);
    }
    return { digest, file };
  }

  async function provenance(reference: string, digest: string): Promise<string | undefined> {
    const source = sourceOf(reference, options.mirrors);
    if (isRepositoryChart(source)) return repositories.provenance(source, digest);
    const { host, path } = parseRepository(source);
    const subject = `the provenance of chart ${path}@${digest}`;
    const layer = provenanceLayerOf(await knownManifest({ host, path }, digest, subject), subject);
    if (layer === undefined) return undefined;
    const scope = `repository:${path}:pull`;
    const answer = await ask({ host, path: `/v2/${path}/blobs/${layer.digest}`, method: 'GET', scope }, subject);
    if (answer.status !== 200) {
      discard(answer);
      throw answerProblem(subject, host, answer.status);
    }
    const text = await readBody(answer, provenanceLimit, subject, host);
    if (digestOf(text) !== layer.digest) throw wrongContentProblem(subject, host, layer.digest, digestOf(text));
    return text;
  }

  async function knownManifest(repository: Repository, digest: string, subject: string): Promise<string> {
    const file = manifestFile(digest);
    if (existsSync(file)) {
      const cached = readFileSync(file, 'utf8');
      if (digestOf(cached) === digest) return cached;
    }
    const manifest = await getManifest(repository, digest, subject);
    const found = digestOf(manifest);
    if (found !== digest) throw wrongContentProblem(subject, repository.host, digest, found);
    keep(file, manifest);
    return manifest;
  }

  function manifestFile(digest: string): string {
    return join(options.cacheFolder, 'manifests', `${hexOf(digest)}.json`);
  }

  async function login(host: string): Promise<{ username: string }> {
    const credentials = await options.credentials.loginFor(host);
    if (credentials === undefined) {
      throw new Problem('CREDENTIALS_ABSENT', `The site has no credentials for the registry ${host}.`, {
        advice: ['Add credentials.registry to the site, or give --key-file.'],
        exitCode: exitCodes.blocked,
        details: { host },
      });
    }
    const answer = await ask({ host, path: '/v2/', method: 'GET' }, 'the login');
    discard(answer);
    if (answer.status !== 200) throw answerProblem('the login', host, answer.status);
    return { username: credentials.username };
  }

  return { resolve, listing, tags, pull, provenance, login, imageStatus: makeImageStatus(options) };
}

function refusePlainHttp(host: string, plainHttp: boolean | undefined): void {
  if (plainHttp !== true || isLoopback(host)) return;
  throw new Problem('PLAIN_HTTP_REFUSED', `Plain HTTP is for registries on this machine only, and ${host} is not.`, {
    advice: ['Remove credentials.registry.plainHttp. For a private CA there is credentials.registry.caFile.'],
    exitCode: exitCodes.usage,
    details: { host },
  });
}
