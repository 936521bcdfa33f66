import { counted } from '../model/counted.ts';
import { formatRef } from '../model/kube.ts';
import type { ComponentPlan, FieldChange, ObjectChange, Plan } from '../model/plan.ts';
import { html, htmlTable, type Content, type Markup, type Section } from './html.ts';
import { actedOn, byWhom, changeOf, objectCounts, undoneEdits, type ObjectCounts } from './plan-facts.ts';
import { formatValue } from './value-changes.ts';

/** What changes: a row a component, then each component's values and objects with their fields. */
export function changeSections(plan: Plan): readonly Section[] {
  return [
    {
      id: 'changes',
      title: 'What changes',
      content: [componentTable(plan), partlyNotes(plan), actedOn(plan).map((component) => details(plan, component))],
    },
  ];
}

function componentTable(plan: Plan): Markup {
  const rows = plan.components.map((component): readonly Content[] => {
    const change = changeOf(component);
    if (component.action === 'none' || component.action === 'skipped') return [component.title, change, '', ''];
    const counts = objectCounts(plan, component.name);
    return [
      component.title,
      component.action === 'install' ? html`<strong>${change}</strong>` : change,
      counts === undefined ? html`<span class="warn">unknown</span>` : countWords(counts),
      counts === undefined ? '' : counts.restarted,
    ];
  });
  return htmlTable(
    'Components in the order in which they are upgraded',
    ['Component', 'Change', 'Objects', 'Workloads whose pods restart'],
    rows,
  );
}

function countWords({ created, changed, replaced, deleted }: ObjectCounts): string {
  const words = Object.entries({ created, changed, replaced, deleted }).flatMap(([word, number]) =>
    number === 0 ? [] : [`${number} ${word}`],
  );
  return words.length === 0 ? 'none' : words.join(', ');
}

function partlyNotes(plan: Plan): Content {
  return plan.components.map(({ title, installed, partlyAt }) =>
    partlyAt === undefined
      ? undefined
      : html`<p>
          <strong>${title} is partly at ${partlyAt.version}:</strong> revision ${partlyAt.revision} is
          ${partlyAt.status}.
          ${
            installed === undefined
              ? 'Nothing is deployed.'
              : `What counts as installed is ${installed.version}, revision ${installed.revision}.`
          }
        </p> `,
  );
}

function details(plan: Plan, component: ComponentPlan): Content {
  const changes = (plan.forecast.changes[component.name] ?? []).filter(({ change }) => change !== 'unchanged');
  const values = component.installed === undefined ? [] : component.values;
  if (changes.length === 0 && values.length === 0) return undefined;
  const edits = undoneEdits(plan, component.name).length;
  return html`<h3>${component.title}</h3>
    ${
      values.length === 0
        ? undefined
        : htmlTable(
            `Values of ${component.title} that change`,
            ['Key', 'Live', 'New'],
            values.map(({ path, before, after }) => [code(path), code(formatValue(before)), code(formatValue(after))]),
          )
    }${
      edits === 0
        ? undefined
        : html`<p>
            <strong class="warn">${counted(edits, 'live edit')} would be undone;</strong> whose they are stands beside
            the fields.
          </p> `
    }${
      changes.length === 0
        ? undefined
        : html`<ul class="objects">
            ${changes.map((change) => html`<li>${objectChange(change)}</li>`)}
          </ul> `
    }`;
}

function objectChange({ object, change, fields, restartsPods }: ObjectChange): Markup {
  const isLoss = change === 'deleted' || change === 'replaced';
  const summary = html`<span class="mark${isLoss ? ' bad' : ''}">${change}</span> ${formatRef(object)}${
      restartsPods ? ', restarts its pods' : ''
    }${fields.length === 0 ? '' : `, ${counted(fields.length, 'field')}`}`;
  if (fields.length === 0) return html`<p>${summary}</p> `;
  return html`<details>
    <summary>${summary}</summary>
    ${htmlTable(
      `Fields of ${formatRef(object)} that change`,
      ['Field', 'Live', 'New', 'Because of'],
      fields.map((field) => [code(field.path), code(field.before), code(field.after), reason(field)]),
    )}
  </details> `;
}

function reason({ because, manager, at }: FieldChange): Content {
  if (because !== 'live edit') return because ?? '';
  return html`<strong class="warn">undoes a live edit</strong> ${byWhom({ manager, at })}`;
}

function code(text: string): Markup {
  return html`<code>${text}</code>`;
}
