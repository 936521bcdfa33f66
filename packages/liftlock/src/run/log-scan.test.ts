import { expect, test } from 'vitest';
import { scanLog } from './log-scan.ts';

const patterns = { error: String.raw`\b(ERROR|FATAL)\b|"level":\s*"error"`, warning: String.raw`\bWARN(ING)?\b` };

test('C30: errors and warnings are counted, and the first of each are kept', () => {
  const lines = [
    'INFO start',
    'ERROR one',
    'WARN slow',
    '{"level": "error"}',
    'ERROR three',
    'FATAL four',
    'ERRORLESS',
    'WARNING and ERROR',
  ];
  expect(scanLog(lines, patterns)).toEqual({
    error: { count: 5, first: ['ERROR one', '{"level": "error"}', 'ERROR three'] },
    warning: { count: 1, first: ['WARN slow'] },
  });
});

test('C30: a log without them counts none', () => {
  expect(scanLog([], patterns)).toEqual({ error: { count: 0, first: [] }, warning: { count: 0, first: [] } });
});

test('a line of any length is looked at only in part, and shortened', () => {
  const found = scanLog([`ERROR ${'x'.repeat(1e6)}`, `${'x'.repeat(1e6)} ERROR`], patterns);
  expect(found.error.count).toBe(1);
  expect(found.error.first[0]).toHaveLength(300);
});

test('a pattern that is none is a problem', () => {
  expect(() => scanLog([], { error: '(' })).toThrow(expect.objectContaining({ code: 'BAD_PATTERN' }));
});
