import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { packTarGz } from './tar.ts';

test('C35: files with long names that begin alike are all in the archive', () => {
  const pod = `logs/${'a-long-name-of-a-release-'.repeat(5)}5d8f`;
  const names = [`${pod}-abcde.main.txt`, `${pod}-fghij.main.txt`, 'support.txt'];
  const archive = packTarGz(
    names.map((name) => ({ name, text: `text of ${name}` })),
    new Date(0),
  );
  const listed = execFileSync('tar', ['-tzf', '-'], { input: archive }).toString().trim().split('\n');
  expect(new Set(listed).size).toBe(3);
  expect(listed.every((name) => name.length < 100 && name.endsWith('.txt'))).toBe(true);
  for (const [index, name] of listed.entries()) {
    const text = execFileSync('tar', ['-xzOf', '-', name], { input: archive }).toString();
    expect(text).toBe(`text of ${names[index] ?? ''}`);
  }
});
