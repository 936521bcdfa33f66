import { afterAll, beforeAll, describe } from 'vitest';
import { up, type Sandbox } from '../src/index.ts';
import { clusterSuite } from './cluster.suite.ts';
import { faultsSuite } from './faults.suite.ts';
import { registrySuite } from './registry.suite.ts';

// One control plane serves all of these; each test has a namespace of its own.
describe('a sandbox', () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await up({ registry: { auth: 'token' } });
  });

  afterAll(async () => {
    await sandbox.down();
  });

  clusterSuite(() => sandbox);
  registrySuite(() => sandbox);
  faultsSuite(() => sandbox);
});
