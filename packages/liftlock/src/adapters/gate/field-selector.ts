import { jsonAt, type Json } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';

/**
 * Whether an object matches a field selector in its text form: `metadata.name=a`, `type!=b`, joined by commas. A field
 * that is not there counts as empty, as the API server has it.
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/
 */
export function matchesFields(selector: string, object: KubeObject): boolean {
  return selector
    .split(',')
    .filter((part) => part.trim() !== '')
    .every((part) => {
      const [, path = '', operator, wanted = ''] = /^\s*([^=!\s]+)\s*(==|=|!=)\s*(.*?)\s*$/.exec(part) ?? [];
      const found = jsonAt(object as unknown as Json, path.split('.'));
      const text = typeof found === 'string' ? found : found === undefined ? '' : JSON.stringify(found);
      const isEqual = text === wanted;
      return operator === '!=' ? !isEqual : isEqual;
    });
}
