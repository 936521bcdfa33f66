import { describe, expect, it } from 'vitest';
import { Problem } from '../model/problem.ts';
import { renderProblem } from './problem.ts';

const view = { width: 60, color: false, version: '0.1.0' };

describe('a problem', () => {
  it('says what happened, where, whether anything was changed and what to do', () => {
    const problem = new Problem('BAD_DEFINITION', 'There is no component "ui-server". Did you mean "ui"?', {
      at: { file: 'site.yaml', line: 7, column: 3 },
      advice: [
        'Correct the name, then look again:',
        'liftlock plan codemie --cloud aws --to 2.2.5 --values-from ./codemie-helm-charts',
      ],
    });
    expect(renderProblem(problem, view)).toMatchInlineSnapshot(`
      "✗ There is no component "ui-server". Did you mean "ui"?
        BAD_DEFINITION  site.yaml:7:3
        Nothing was changed in the cluster.

        → Correct the name, then look again:
            liftlock plan codemie --cloud aws --to 2.2.5 \\
              --values-from ./codemie-helm-charts
      "
    `);
  });

  it('never says that nothing was changed where that is not known', () => {
    expect(renderProblem(new Problem('HELM_FAILED', 'x', { touched: 'yes' }), view)).toContain(
      'The cluster was changed',
    );
    expect(renderProblem(new Error('x'), view)).toContain('is not known');
  });

  it('calls what nobody foresaw a bug', () => {
    const text = renderProblem(new TypeError('x is not a function'), view);
    expect(text).toContain('This is a bug in liftlock 0.1.0, not in your platform: x');
    expect(text).toContain('problem.test.ts');
    expect(renderProblem('thrown text', view)).toContain('thrown text');
  });
});
