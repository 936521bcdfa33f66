import { readText, type HttpAnswer } from '../http/http-client.ts';
import { unreachableProblem } from './registry-problem.ts';

/** The body of an answer as text. Throws REGISTRY_UNREACHABLE where it breaks off, or is larger than the limit, in bytes. */
export async function readBody(answer: HttpAnswer, limit: number, subject: string, host: string): Promise<string> {
  try {
    return await readText(answer, limit);
  } catch (error) {
    throw unreachableProblem(subject, host, error);
  }
}
