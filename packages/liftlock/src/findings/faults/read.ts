import { isJsonObject, jsonAt, type Json, type JsonObject } from '../../model/json.ts';

type Path = readonly (string | number)[];

/** The maps in a list at a path; empty where there is no list. */
export function listAt(value: Json | undefined, ...path: Path): readonly JsonObject[] {
  const list = jsonAt(value, path);
  return Array.isArray(list) ? (list as readonly Json[]).filter(isJsonObject) : [];
}

/** The text at a path; empty where there is none. */
export function textAt(value: Json | undefined, ...path: Path): string {
  const text = jsonAt(value, path);
  return typeof text === 'string' ? text : '';
}

/** The number at a path, or what to take where there is none. */
export function numberAt(value: Json | undefined, path: Path, otherwise = 0): number {
  const number = jsonAt(value, path);
  return typeof number === 'number' ? number : otherwise;
}

/** True where a status has the condition, and it holds. */
export function hasCondition(status: Json | undefined, type: string): boolean {
  return listAt(status, 'conditions').some((item) => item['type'] === type && item['status'] === 'True');
}
