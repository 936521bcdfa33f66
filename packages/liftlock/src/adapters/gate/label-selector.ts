type Labels = Readonly<Record<string, string>>;

/**
 * Whether labels match a selector in its text form: `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a`, `!a`.
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
 */
export function matchesLabels(selector: string, labels: Labels): boolean {
  return splitRequirements(selector).every((requirement) => matches(requirement, labels));
}

/** At commas, but not those within brackets. */
function splitRequirements(selector: string): readonly string[] {
  return selector
    .split(/,(?![^()]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function matches(requirement: string, labels: Labels): boolean {
  const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(requirement);
  if (set !== null) {
    const [, key = '', operator, list = ''] = set;
    const value = labels[key];
    const isIn =
      value !== undefined &&
      list
        .split(',')
        .map((item) => item.trim())
        .includes(value);
    return operator === 'in' ? isIn : !isIn;
  }
  const equation = /^([^=!\s]+)\s*(==|=|!=)\s*(.*)$/.exec(requirement);
  if (equation !== null) {
    const [, key = '', operator, value] = equation;
    return operator === '!=' ? labels[key] !== value : labels[key] === value;
  }
  return requirement.startsWith('!') ? labels[requirement.slice(1)] === undefined : labels[requirement] !== undefined;
}
