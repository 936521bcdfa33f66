import type { Handlers } from '../world.ts';
import { backup } from './backup.ts';
import { check } from './check.ts';
import { helmRollback } from './helm-rollback.ts';
import { helmUpgrade } from './helm-upgrade.ts';
import { patchObject } from './patch-object.ts';
import { pullSecret } from './pull-secret.ts';
import { registryLogin } from './registry-login.ts';
import { replaceObject } from './replace-object.ts';
import { restoreObject } from './restore-object.ts';

/** One handler for every kind of step: TypeScript names the one that is missing. */
export const handlers: Handlers = {
  backup,
  'helm-upgrade': helmUpgrade,
  'helm-rollback': helmRollback,
  'pull-secret': pullSecret,
  'registry-login': registryLogin,
  check,
  'patch-object': patchObject,
  'restore-object': restoreObject,
  'replace-object': replaceObject,
};
