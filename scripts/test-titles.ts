import ts from 'typescript';

/**
 * Titles of the tests in a source text, with the titles of the groups around them in front (`group > test`). Skipped
 * and todo tests are left out: they prove nothing.
 */
export function testTitles(source: string): readonly string[] {
  const file = ts.createSourceFile('titles.ts', source, ts.ScriptTarget.Latest, true);
  const titles: string[] = [];
  const visit = (node: ts.Node, groups: readonly string[]): void => {
    const call = ts.isCallExpression(node) ? readCall(node) : undefined;
    if (call?.isSkipped) return;
    if (call?.kind === 'test') titles.push([...groups, call.title].join(' > '));
    const inner = call?.kind === 'group' ? [...groups, call.title] : groups;
    ts.forEachChild(node, (child) => visit(child, inner));
  };
  visit(file, []);
  return titles;
}

function readCall(
  call: ts.CallExpression,
): { readonly kind: 'test' | 'group'; readonly title: string; readonly isSkipped: boolean } | undefined {
  const words = calleeWords(call.expression);
  const kind = words[0] === 'describe' ? 'group' : words[0] === 'test' || words[0] === 'it' ? 'test' : undefined;
  const [first] = call.arguments;
  if (kind === undefined || first === undefined) return undefined;
  const title = ts.isStringLiteralLike(first)
    ? first.text
    : ts.isTemplateExpression(first)
      ? first.head.text + first.templateSpans.map((span) => `…${span.literal.text}`).join('')
      : undefined;
  if (title === undefined) return undefined;
  return { kind, title, isSkipped: words.includes('skip') || words.includes('todo') };
}

/** `test.for([...])` and `test.each` are calls that return the function called with the title. */
function calleeWords(node: ts.Expression): readonly string[] {
  if (ts.isIdentifier(node)) return [node.text];
  if (ts.isPropertyAccessExpression(node)) return [...calleeWords(node.expression), node.name.text];
  if (ts.isCallExpression(node) || ts.isTaggedTemplateExpression(node)) {
    return calleeWords(ts.isCallExpression(node) ? node.expression : node.tag);
  }
  return [];
}
