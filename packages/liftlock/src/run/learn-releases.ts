import type { ClusterReader } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';
import type { Redactor } from '../model/redaction.ts';
import { readReleaseRecord } from '../release/release-record.ts';
import { listRecords } from '../snapshot/read-release.ts';

/**
 * Teaches the redactor the values of every revision that helm keeps in a namespace: pods print what they were given, and
 * older ones may still run.
 *
 * @returns why the records could not be read, where that was so: then no line of a log may be shown
 */
export async function learnReleases(
  reader: Pick<ClusterReader, 'list'>,
  redactor: Redactor,
  namespace: string,
): Promise<string | undefined> {
  try {
    for (const secret of await listRecords(reader, namespace)) {
      redactor.learnValues(readReleaseRecord(secret).record?.values);
    }
    return undefined;
  } catch (error) {
    if (!isProblem(error)) throw error;
    return error.message;
  }
}
