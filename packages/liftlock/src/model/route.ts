import { z } from 'zod';
import { Condition } from './condition.ts';
import { isOneStretch, isVersionRange } from './version.ts';

const Source = z.string().min(1).describe('Where the vendor says so: page, edition, line');
const Versions = z
  .string()
  .refine(isVersionRange, 'a range of versions, such as 2.12.x or >=2.9.0 <2.12.0')
  .describe('A range of versions: 2.12.x, >=2.9.0 <2.12.0, ~2.19.0');
/** Of a range with a hole nobody could say whether a version in the hole has been there. */
const Stretch = Versions.refine(
  isOneStretch,
  'one range that holds something, without ||: a stop of its own for each',
).describe('One range of versions, without ||: 2.12.x, >=2.17.0 <2.20.0, or an exact version');

/**
 * What a vendor says of the way from one version to another. Rules are data: the solver knows no vendor.
 * - `stop`: an upgrade that crosses these versions must land on one of them, on the newest patch that there is. Who is at one of
 *   them already has been there, whatever the patch (GitLab's own chart judges so: charts/gitlab, merge request 3708, test plan).
 * - `gap`: how far one upgrade may climb. All gaps that fit must be kept.
 * - `withdrawn`: versions that nobody may land on, and what stands in for them.
 * - `refuse`: origins from which there is no way, with what to do instead.
 * - `silent`: origins of which the vendor says nothing: a person decides, shown with the reason for what is proposed.
 */
export const RouteRule = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('stop'),
    versions: Stretch,
    when: Condition.optional(),
    because: z.string().optional(),
    source: Source,
  }),
  z.strictObject({
    kind: z.literal('gap'),
    from: Versions.optional().describe('Origins that the rule is about; every origin where absent'),
    to: Versions.optional().describe('Targets that the rule is about; every target where absent'),
    minors: z
      .number()
      .int()
      .positive()
      .optional()
      .describe('Minor versions that one upgrade may climb within a major version'),
    majors: z.number().int().nonnegative().optional().describe('Major versions that one upgrade may climb; 0: none'),
    count: z
      .number()
      .int()
      .positive()
      .optional()
      .describe('Published minor versions that one upgrade may climb, counted also across majors'),
    because: z.string().optional(),
    source: Source,
  }),
  z.strictObject({
    kind: z.literal('withdrawn'),
    versions: Versions,
    instead: Versions.optional().describe('A version or range that stands in for them'),
    because: z.string(),
    source: Source,
  }),
  z.strictObject({
    kind: z.literal('refuse'),
    from: Versions,
    because: z.string().describe('What to do, or what to read, instead'),
    source: Source,
  }),
  z.strictObject({
    kind: z.literal('silent'),
    from: Versions,
    id: z.string().describe('The id that a decision names: --allow origin:ID'),
    because: z.string().describe('What is proposed and why'),
    source: Source,
  }),
]);
export type RouteRule = z.infer<typeof RouteRule>;
/** The rules of one kind. */
export type RouteRuleOf<K extends RouteRule['kind']> = Extract<RouteRule, { readonly kind: K }>;

/** One upgrade of a route. */
export interface Hop {
  readonly from: string;
  readonly to: string;
  /** Why the route lands here: the rules that ask for it, with their source. Empty for the last hop: it lands where it was asked to. */
  readonly because: readonly string[];
}
