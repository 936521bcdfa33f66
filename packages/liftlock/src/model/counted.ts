/** `1 run`, `2 runs`: a number with its noun, for people. */
export function counted(number: number, singular: string, plural = `${singular}s`): string {
  return `${number} ${number === 1 ? singular : plural}`;
}
