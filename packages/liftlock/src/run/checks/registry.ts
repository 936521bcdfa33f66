import type { Check } from '../../model/platform.ts';
import type { Look } from './check-result.ts';
import { condition } from './condition.ts';
import { createDelete } from './create-delete.ts';
import { http } from './http.ts';
import { login } from './login.ts';
import { logs } from './logs.ts';
import { pods } from './pods.ts';
import { releases } from './releases.ts';

/** One look for every kind of check. */
export const checks: { readonly [K in Check['kind']]: Look<K> } = {
  pods,
  releases,
  http,
  login,
  'create-delete': createDelete,
  condition,
  logs,
};
