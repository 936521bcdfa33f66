import type { Handlers } from '../world.ts';
import { applyCrds } from './apply-crds.ts';
import { awaitCondition } from './await-condition.ts';
import { backup } from './backup.ts';
import { check } from './check.ts';
import { compareAddresses } from './compare-addresses.ts';
import { compareClaims } from './compare-claims.ts';
import { compareKept } from './compare-kept.ts';
import { createSecret } from './create-secret.ts';
import { helmRepo } from './helm-repo.ts';
import { helmRollback } from './helm-rollback.ts';
import { helmUninstall } from './helm-uninstall.ts';
import { helmUpgrade } from './helm-upgrade.ts';
import { localCommand } from './local-command.ts';
import { patchObject } from './patch-object.ts';
import { proveImages } from './prove-images.ts';
import { pullSecret } from './pull-secret.ts';
import { putAside } from './put-aside.ts';
import { putBack } from './put-back.ts';
import { registryLogin } from './registry-login.ts';
import { replaceObject } from './replace-object.ts';
import { restart } from './restart.ts';
import { restoreObject } from './restore-object.ts';
import { retainVolumes } from './retain-volumes.ts';
import { rewriteRecord } from './rewrite-record.ts';
import { runJob } from './run-job.ts';
import { scale } from './scale.ts';

/** One handler for every kind of step: TypeScript names the one that is missing. */
export const handlers: Handlers = {
  backup,
  'helm-upgrade': helmUpgrade,
  'helm-rollback': helmRollback,
  'helm-repo': helmRepo,
  'pull-secret': pullSecret,
  'registry-login': registryLogin,
  check,
  'patch-object': patchObject,
  'restore-object': restoreObject,
  'replace-object': replaceObject,
  'rewrite-record': rewriteRecord,
  'put-aside': putAside,
  'retain-volumes': retainVolumes,
  'helm-uninstall': helmUninstall,
  'put-back': putBack,
  'compare-kept': compareKept,
  'compare-addresses': compareAddresses,
  'prove-images': proveImages,
  'create-secret': createSecret,
  'await-condition': awaitCondition,
  'run-job': runJob,
  'apply-crds': applyCrds,
  scale,
  restart,
  'local-command': localCommand,
  'compare-claims': compareClaims,
};
