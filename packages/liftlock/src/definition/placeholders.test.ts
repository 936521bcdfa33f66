import { expect, test } from 'vitest';
import { findPlaceholders } from './placeholders.ts';

const found = (text: string): string[] =>
  findPlaceholders(text, 'values.yaml').map(({ name, place }) => `${place.line}:${place.column} ${name}`);

test('all placeholders are found, with their places, and comments do not count', () => {
  const text = `# %%IN_COMMENT%%
a: %%BARE%% # %%TRAILING%%
b: "https://%%DOMAIN%%/<PATH>" # <NOTE>
c: |
  # %%IN_SCRIPT%%
  echo <YOUR_NAME>
d: [x, '%%AWS_S3_REGION%%']
e: <your-domain>
`;
  expect(found(text)).toEqual([
    '2:4 %%BARE%%',
    '3:13 %%DOMAIN%%',
    '3:24 <PATH>',
    '5:5 %%IN_SCRIPT%%',
    '6:8 <YOUR_NAME>',
    '7:9 %%AWS_S3_REGION%%',
    '8:4 <your-domain>',
  ]);
});

test('what only looks like a placeholder is none', () => {
  const text = 'a: <br>\nb: "100%% of %%"\nc: List<T>\nd: "x < Y > z"\ne:\n  <<: *base\nf: "a #%%B C%%"\n';
  expect(found(text)).toEqual([]);
});

test('keys, a first line and Windows line ends', () => {
  expect(found('%%A%%: 1\r\n\r\nb: %%B%%\r\n')).toEqual(['1:1 %%A%%', '3:4 %%B%%']);
});
