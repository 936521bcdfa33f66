import { z } from 'zod';

/** `600s`, `10m`: a duration as helm's --timeout takes it. Kept as seconds. */
export const Duration = z
  .string()
  .regex(/^\d+(s|m|h)$/, 'a duration such as 600s or 10m')
  .meta({ description: 'A duration such as 600s or 10m' });

/** Seconds of a Duration. */
export function durationSeconds(text: string): number {
  const unit = { s: 1, m: 60, h: 3600 }[text.slice(-1)] ?? 1;
  return Number(text.slice(0, -1)) * unit;
}
