import { counted } from '../model/counted.ts';
import type { HopAhead, Plan } from '../model/plan.ts';
import { html, htmlTable, type Markup, type Section } from './html.ts';
import { limitsIn, routeSeconds } from './plan-facts.ts';
import { formatSeconds } from './words.ts';

/** The way over several hops and the later ones as they look now; undefined where there is but one hop. */
export function routeSection(plan: Plan): Section | undefined {
  const { route, hop, ahead } = plan;
  if (route.length < 2) return undefined;
  return {
    id: 'route',
    title: `Route (${counted(route.length, 'hop')})`,
    content: [
      html`<p>At most ${formatSeconds(routeSeconds(plan))} for all hops from here.</p> `,
      htmlTable(
        'Hops in order',
        ['Hop', 'From', 'To', 'State', 'Why it lands there'],
        route.map(({ from, to, because }, index) => [
          String(index + 1),
          from,
          to,
          index < hop ? 'done' : index === hop ? html`<strong>this plan</strong>` : 'later',
          because.join('; '),
        ]),
      ),
      ...ahead.map((item, index) => aheadPart(item, hop + index + 2)),
    ],
  };
}

function aheadPart({ hop, steps, findings, unforeseen }: HopAhead, number: number): Markup {
  const open = findings.filter(({ severity }) => severity !== 'info');
  return html`<h3>Hop ${String(number)}, ${hop.from} → ${hop.to}, as it looks now</h3>
    <ol class="steps">
      ${steps.map(
        ({ title, risk }) =>
          html`<li>
            <strong>${title}</strong>${
              risk === 'irreversible' ? html` <span class="mark bad">no way back from here</span>` : undefined
            }
          </li> `,
      )}
    </ol>
    ${
      open.length === 0
        ? undefined
        : htmlTable(
            `What would stop or warn in hop ${number}`,
            ['Severity', 'Code', 'What'],
            open.map(({ severity, code, message }) => [severity, html`<code>${code}</code>`, message]),
          )
    }${
      unforeseen.length === 0
        ? undefined
        : html`<ul>
            ${limitsIn(unforeseen).map(({ whats, why }) => html`<li>Not foreseen: ${whats.join('; ')}: ${why}</li>`)}
          </ul> `
    }
    <p class="soft">It is planned and forecast again when the hop before it has landed.</p> `;
}
