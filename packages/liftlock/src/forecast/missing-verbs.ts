import type { Refusal } from '../findings/foreseen/refusal.ts';
import type { ClusterReader } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';

/** What helm does with an object of a release, in its order. */
const helmVerbs = ['get', 'create', 'update', 'patch', 'delete'];

/**
 * The verbs of helm that are missing on the kind that was refused, joined: helm stops at the first of them, and who is granted that
 * one alone is refused the next.
 */
export async function missingVerbs(
  { verb, group, resource, namespace = '' }: Refusal & { readonly code: 'PERMISSION_MISSING' },
  reader: Pick<ClusterReader, 'canI'>,
): Promise<string> {
  if (!helmVerbs.includes(verb)) return verb;
  try {
    const may = await Promise.all(
      helmVerbs.map(async (one) => one !== verb && (await reader.canI(one, group, resource, namespace))),
    );
    return helmVerbs.filter((_one, index) => may[index] !== true).join(', ');
  } catch (error) {
    if (isProblem(error)) return verb;
    throw error;
  }
}
