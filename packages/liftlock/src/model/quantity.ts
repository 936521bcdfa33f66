const units: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/**
 * A Kubernetes quantity as a number of its base unit: cores for CPU, bytes for memory. `250m` is 0.25, `8Gi` is
 * 8589934592. What cannot be read counts as 0.
 */
export function parseQuantity(quantity: unknown): number {
  if (typeof quantity === 'number') return quantity;
  if (typeof quantity !== 'string') return 0;
  const match = /^([+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)([a-zA-Z]{0,2})$/.exec(quantity);
  if (match === null) return 0;
  return Number(match[1]) * (units[match[2] ?? ''] ?? 0);
}
