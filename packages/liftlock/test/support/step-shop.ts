import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { KubeObject } from '../../src/model/kube.ts';
import { openShop, uniqueImage, web, type Shop } from './shop.ts';
import type { StepRun } from './step-run.ts';

/** A namespace of its own, and a folder that goes with it. */
export interface StepShop extends Shop {
  readonly folder: string;
}

/** @param onOpen is told of it before anything else can fail: it has to be closed */
export async function openStepShop(onOpen: (shop: Shop) => void): Promise<StepShop> {
  const shop = await openShop();
  onOpen(shop);
  const folder = await mkdtemp(join(tmpdir(), 'liftlock-kinds-'));
  shop.onClose(() => rm(folder, { recursive: true, force: true }));
  return { ...shop, folder };
}

export async function create(shop: Shop, path: string, made: KubeObject): Promise<void> {
  await shop.connection.writer.create(path, made);
}

/** A Deployment `web`; its path. */
export async function createWeb(shop: Shop, spec: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const path = `/apis/apps/v1/namespaces/${shop.namespace}/deployments`;
  await create(shop, path, web(uniqueImage(), spec));
  return `${path}/web`;
}

/** O26: what was done is seen to be done, and done once more nothing is written. */
export async function doesNothingAgain(run: StepRun, ids: readonly string[]): Promise<void> {
  for (const id of ids)
    expect([id, await run.again(id)]).toEqual([id, expect.objectContaining({ observation: 'done', writes: 0 })]);
}

export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 100));
}
