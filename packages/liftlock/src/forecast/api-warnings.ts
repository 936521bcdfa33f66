import { finding } from '../findings/make-finding.ts';
import { strictFields } from '../findings/foreseen/invalid-fields.ts';
import type { Finding } from '../model/finding.ts';
import { formatRef, refOf } from '../model/kube.ts';
import type { ShadowAnswer } from '../model/ports.ts';
import type { ReleaseLook } from './foreseen-release.ts';

/** What the API server warns about, each thing once. A field that it drops silently has a code of its own (O17). */
export const warningsOf: ReleaseLook = async ({ step, answers }, { redactor }) => {
  const texts = new Map<string, ShadowAnswer>();
  for (const answer of answers) {
    const about = answer.after ?? answer.before;
    const name = about?.metadata === undefined ? '' : formatRef(refOf(about));
    for (const warning of answer.warnings)
      texts.set(strictFields(warning).length > 0 ? `${name}\n${warning}` : warning, answer);
  }
  const findings = [...texts].map(([text, answer]): Finding => {
    const warning = redactor.text(text.split('\n').at(-1) ?? text);
    const about = answer.after ?? answer.before;
    const object = about?.metadata === undefined ? undefined : refOf(about);
    const fields = strictFields(warning);
    const isField = fields.length > 0 && object !== undefined;
    return finding({
      code: isField ? 'STRICT_FIELD' : 'API_WARNING',
      severity: 'warning',
      component: step.component,
      object,
      ...(isField ? { field: fields.join(', ') } : {}),
      message: isField
        ? `${formatRef(object)}: the API server would drop ${fields.join(', ')}: ${warning}`
        : `The API server warns: ${warning}`,
    });
  });
  return { findings, unforeseen: [] };
};
