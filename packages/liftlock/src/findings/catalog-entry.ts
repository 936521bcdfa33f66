/** What the docs say of a finding; its page is generated from this. */
export interface CatalogEntry {
  readonly title: string;
  /** What it means for the operator, and how liftlock knows. */
  readonly meaning: string;
  /** What to do, in order. */
  readonly whatToDo: readonly string[];
}
