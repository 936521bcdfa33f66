import { z } from 'zod';
import type { Json } from './json.ts';

/** The name by which a condition speaks of a fact or an input. */
export const Identifier = z.string().regex(/^[a-z][A-Za-z0-9]*$/, 'a letter, then letters and digits, as in oldClaims');

/** Which objects a fact, a wait or a check looks at. */
export const ObjectQuery = z.strictObject({
  apiVersion: z.string().default('v1'),
  kind: z.string(),
  namespace: z.string().optional().describe('Else the namespace of the platform'),
  names: z.array(z.string()).min(1).optional().describe('Only these; those that do not exist are left out'),
  labelSelector: z.string().optional(),
});
export type ObjectQuery = z.infer<typeof ObjectQuery>;

/**
 * A named question about the installation, answered when the site is read.
 * - `objects`: the list of the objects that exist. Secrets show the names of their keys, never what they hold.
 * - `value`: a value of a component's live release, by its dotted path; null where nobody set it.
 * - `cel`: what follows from other facts.
 * - `ask`: what only a person knows; the site answers it under `answers`.
 */
export const Fact = z.union([
  z.strictObject({ objects: ObjectQuery, description: z.string().optional() }),
  z.strictObject({
    value: z.strictObject({ component: z.string(), path: z.string() }),
    description: z.string().optional(),
  }),
  z.strictObject({ cel: z.string(), description: z.string().optional() }),
  z.strictObject({ ask: z.string().describe('The question'), description: z.string().optional() }),
]);
export type Fact = z.infer<typeof Fact>;

/** Answers by the names of the facts. A fact that nobody has answered is absent. */
export type Facts = Readonly<Record<string, Json>>;

/** What a site must be told, because no one can read it from the cluster. */
export const PlatformInput = z.strictObject({
  type: z.enum(['fqdn', 'text', 'url', 'file']),
  description: z.string(),
  example: z.string().optional(),
  requiredWhen: z.string().optional().describe('A condition; always required where it is "true", never where absent'),
});
export type PlatformInput = z.infer<typeof PlatformInput>;
