/** Kubernetes quantities of storage. */

const units: Record<string, number> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};

/** Bytes of a quantity such as `8Gi`; NaN when it is none. */
export function bytesOf(quantity: string): number {
  const found = /^(?<number>[\d.]+)(?<unit>[A-Za-z]*)$/.exec(quantity)?.groups;
  return Number(found?.['number']) * (units[found?.['unit'] ?? ''] ?? Number.NaN);
}
