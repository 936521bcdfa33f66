/** What a new cluster is given before anybody uses it: nodes, a StorageClass, an IngressClass. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { ApiClient, KubeObject } from './api-client.ts';
import type { Settings } from './options.ts';
import { podStages } from './pod-stages.ts';
import { kubernetesVersion } from './programs.ts';
import { volumeDriver } from './volumes.ts';

const stagesPath = '/apis/kwok.x-k8s.io/v1alpha1/stages';

function node(index: number, settings: Settings): KubeObject {
  const name = `node-${index}`;
  const labels = {
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/os': 'linux',
    'kubernetes.io/hostname': name,
    'node.kubernetes.io/instance-type': 'sandbox',
    'topology.kubernetes.io/region': 'sandbox',
    'topology.kubernetes.io/zone': 'sandbox-a',
    ...settings.nodes.labels,
  };
  const { capacity } = settings.nodes;
  const nodeInfo = {
    architecture: 'amd64',
    operatingSystem: 'linux',
    kubeletVersion: kubernetesVersion,
    kubeProxyVersion: kubernetesVersion,
    containerRuntimeVersion: 'containerd://2.2.0',
    kernelVersion: 'simulated',
    osImage: 'simulated',
    machineID: '',
    systemUUID: '',
    bootID: '',
  };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    status: { capacity, allocatable: capacity, nodeInfo },
  };
}

const storageClass: KubeObject = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: volumeDriver,
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'WaitForFirstConsumer',
  allowVolumeExpansion: true,
};

// Without it the attach controller would wait for ever for a driver to attach the volumes of a pod.
const csiDriver: KubeObject = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'CSIDriver',
  metadata: { name: volumeDriver },
  spec: { attachRequired: false, podInfoOnMount: false },
};

const ingressClass: KubeObject = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name: 'nginx', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
  spec: { controller: 'k8s.io/ingress-nginx' },
};

function readKwokFile(kwokFolder: string, path: string): KubeObject {
  return parse(readFileSync(join(kwokFolder, path), 'utf8')) as KubeObject;
}

/** Teaches the API server what a stage is; KWOK is started after this. */
export async function installStageDefinition(api: ApiClient, kwokFolder: string): Promise<void> {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const definition = readKwokFile(kwokFolder, 'crd/bases/kwok.x-k8s.io_stages.yaml');
  await api.create(path, definition);
  for (;;) {
    // Asked for by its own path: the definition is of use when that answers.
    if ((await api.find(`${stagesPath}?limit=1`)) !== undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Creates the nodes with what they need to come to life, and the classes. */
export async function installObjects(api: ApiClient, kwokFolder: string, settings: Settings): Promise<void> {
  const nodeStages = [
    readKwokFile(kwokFolder, 'stage/node/fast/node-initialize.yaml'),
    readKwokFile(kwokFolder, 'stage/node/heartbeat-with-lease/node-heartbeat-with-lease.yaml'),
  ];
  const nodes = Array.from({ length: settings.nodes.count }, (_, index) => node(index + 1, settings));
  await Promise.all([
    ...[...nodeStages, ...podStages()].map((stage) => api.create(stagesPath, stage)),
    ...nodes.map((each) => api.create('/api/v1/nodes', each)),
    api.create('/apis/storage.k8s.io/v1/storageclasses', storageClass),
    api.create('/apis/storage.k8s.io/v1/csidrivers', csiDriver),
    api.create('/apis/networking.k8s.io/v1/ingressclasses', ingressClass),
  ]);
}
