/** Builds the programs before the first test, so that no test waits minutes for Go. */
import { build } from '../src/index.ts';

export async function setup(): Promise<void> {
  await build();
}
