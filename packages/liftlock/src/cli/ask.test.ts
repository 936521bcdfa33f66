import { describe, expect, it } from 'vitest';
import { exitCodes } from '../model/problem.ts';
import { askYes } from './ask.ts';

describe('asking where nobody can answer', () => {
  it('ends with exit 6 and names the flags that would have answered', async () => {
    await expect(askYes('Upgrade now?', ['--yes'])).rejects.toMatchObject({
      code: 'WAITING_FOR_PERSON',
      exitCode: exitCodes.waiting,
      touched: 'no',
      advice: ['Answer beforehand with --yes, or run it in a terminal.'],
    });
  });
});
