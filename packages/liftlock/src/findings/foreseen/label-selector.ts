import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { listAt, textAt } from '../faults/read.ts';

/**
 * True when a label selector of the API chooses something with these labels; an empty one chooses everything, none at all
 * nothing.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
export function selects(selector: Json | undefined, labels: JsonObject): boolean {
  if (!isJsonObject(selector)) return false;
  const wanted = isJsonObject(selector['matchLabels']) ? Object.entries(selector['matchLabels']) : [];
  return (
    wanted.every(([key, value]) => labels[key] === value) &&
    listAt(selector, 'matchExpressions').every((item) => {
      const value = labels[textAt(item, 'key')];
      const values = item['values'];
      const isAmong = value !== undefined && Array.isArray(values) && (values as readonly Json[]).includes(value);
      switch (item['operator']) {
        case 'In':
          return isAmong;
        case 'NotIn':
          return !isAmong;
        case 'Exists':
          return value !== undefined;
        case 'DoesNotExist':
          return value === undefined;
        default:
          return false;
      }
    })
  );
}
