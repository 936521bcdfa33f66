import { openCoder } from './coder.ts';
import { saidBy, upgradeArguments } from './happenings.ts';
import type { KillScenario } from './kill-platform.ts';
import { openRunai, runaiAffirmed } from './runai.ts';
import { openScene } from './stage.ts';

/** All waits of the guides, a tenth as long. */
const timeScale = 0.1;

const codemie: KillScenario = {
  name: 'codemie',
  helms: 5,
  async open(sandbox) {
    const scene = await openScene({ sandbox, timeScale });
    const { namespace, operator, close } = scene;
    return { sandbox, namespace, operator, words: upgradeArguments(scene), close };
  },
};

/** All but the API, whose data cannot go back, return to the version before. */
const codemieRollback: KillScenario = {
  name: 'codemie rollback',
  helms: 4,
  async open(sandbox) {
    const scene = await openScene({ sandbox, timeScale });
    const { namespace, operator, close } = scene;
    const upgraded = await operator.run(...upgradeArguments(scene, '--until', 'ui'));
    if (upgraded.code !== 0) throw new Error(saidBy(upgraded));
    return { sandbox, namespace, operator, words: ['rollback', '--yes'], close };
  },
};

const coder: KillScenario = {
  name: 'coder',
  helms: 1,
  async open(sandbox) {
    const scene = await openCoder({ sandbox, timeScale, published: ['1.15.3', '1.16.1'] });
    await scene.sandbox.api.create(`/api/v1/namespaces/${scene.namespace}/serviceaccounts`, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'coder' },
    });
    const { namespace, operator, close } = scene;
    return { sandbox, namespace, operator, words: scene.apply('1.16.1'), close };
  },
};

/** The last rung of its guide; in the end somebody says that its name leads to the new address. */
const coderReinstall: KillScenario = {
  name: 'coder reinstall',
  helms: 2,
  async open(sandbox) {
    const values = { cemanager: { replicas: 2 }, ingress: { host: 'coder.corp.example' } };
    const scene = await openCoder({ sandbox, timeScale, published: ['1.15.3', '1.16.1'], values });
    const { namespace, operator, close } = scene;
    const words = scene.apply('1.16.1', '--allow', 'reinstall:coder');
    const again = ['resume', '--yes', '--affirm', 'dns=Grace'];
    return { sandbox, namespace, operator, words, again, close };
  },
};

/** Two hops, with the migrations of 2.12, and the cluster part beside the control plane. */
const runai: KillScenario = {
  name: 'runai',
  helms: 4,
  async open(sandbox) {
    const published = ['2.16.5', '2.19.11'];
    const scene = await openRunai({ sandbox, timeScale, version: '2.9.6', withCluster: true, published });
    await scene.stage.writeSite({ stops: ['2.16.5'] });
    const { namespace, clusterNamespace, operator, close, stage } = scene;
    const words = ['apply', '-f', stage.siteFile, '--version', '2.19.11', ...runaiAffirmed, '--yes'];
    return { sandbox, namespace, otherNamespaces: [clusterNamespace], operator, words, close };
  },
};

/** The three platforms that ship with liftlock, at their newest upgrades; and two ways besides. */
export const platformScenarios = [codemie, coder, runai, codemieRollback, coderReinstall] as const;
