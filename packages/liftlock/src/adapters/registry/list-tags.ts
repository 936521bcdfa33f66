import type { HttpAnswer } from '../http/http-client.ts';
import { compareVersions, isVersion } from '../../model/version.ts';
import { discard, headerOf, type OciRequest } from './oci-client.ts';
import { readBody } from './read-body.ts';
import type { Repository } from './reference.ts';

/** Bytes of one page; registries send a hundred tags or a thousand. */
const pageLimit = 1024 * 1024;
const mostPages = 50;

/**
 * The versions that a registry has tags for, the newest first. Undefined where it does not tell them: listing is a right of its own in
 * some. Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#content-discovery
 */
export async function listTags(
  ask: (request: OciRequest, subject: string) => Promise<HttpAnswer>,
  { host, path }: Repository,
): Promise<readonly string[] | undefined> {
  const tags: string[] = [];
  let page: string | undefined = `/v2/${path}/tags/list?n=1000`;
  for (let pages = 0; page !== undefined && pages < mostPages; pages += 1) {
    const request: OciRequest = { host, path: page, method: 'GET', scope: `repository:${path}:pull` };
    const subject = `the tags of ${path}`;
    const answer = await ask(request, subject);
    if (answer.status !== 200) {
      discard(answer);
      return undefined;
    }
    tags.push(...tagsOf(await readBody(answer, pageLimit, subject, host)));
    page = nextPage(headerOf(answer, 'link'), host);
  }
  // helm writes the plus sign of a version as an underscore, which tags may have.
  const versions = tags.map((tag) => tag.replaceAll('_', '+')).filter(isVersion);
  return versions.toSorted((a, b) => compareVersions(b, a));
}

function tagsOf(text: string): readonly string[] {
  try {
    const { tags } = JSON.parse(text) as { readonly tags?: unknown };
    return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
  } catch {
    return [];
  }
}

/** `</v2/…?last=…>; rel="next"`. A registry sends nobody to another host. */
function nextPage(link: string | undefined, host: string): string | undefined {
  const [, target, relation] = /<([^>]*)>\s*;\s*rel="?([a-z]+)"?/.exec(link ?? '') ?? [];
  if (target === undefined || relation !== 'next' || !URL.canParse(target, `https://${host}`)) return undefined;
  const url = new URL(target, `https://${host}`);
  return url.host === new URL(`https://${host}`).host ? url.pathname + url.search : undefined;
}
