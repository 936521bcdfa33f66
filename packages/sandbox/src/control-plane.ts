/** The command lines of the programs that make up a control plane. */
import { join } from 'node:path';
import { certificatePaths } from './certificates.ts';
import type { Programs } from './programs.ts';
import type { SandboxFiles } from './state.ts';

/** Ports of one sandbox, all on 127.0.0.1. */
export interface Ports {
  etcd: number;
  etcdPeer: number;
  apiServer: number;
  controllerManager: number;
  scheduler: number;
  registry: number;
  attendant: number;
  kubelet: number;
  kwok: number;
}

/** What every command line is made from. */
export interface Plane {
  files: SandboxFiles;
  programs: Programs;
  ports: Ports;
}

const loopback = '127.0.0.1';

/** Keeps everything the cluster stores. */
export function etcdCommand({ files, programs, ports }: Plane): string[] {
  const own = certificatePaths(files, 'etcd');
  const peer = `http://${loopback}:${ports.etcdPeer}`;
  const client = `https://${loopback}:${ports.etcd}`;
  return [
    programs.etcd,
    `--name=sandbox`,
    `--data-dir=${join(files.folder, 'etcd')}`,
    // A sandbox does not survive a power cut, and syncing is most of what etcd does.
    '--unsafe-no-fsync',
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=sandbox=${peer}`,
    `--cert-file=${own.certificate}`,
    `--key-file=${own.key}`,
    `--trusted-ca-file=${files.caFile}`,
    '--client-cert-auth',
    '--log-level=warn',
  ];
}

/** The API server. */
export function apiServerCommand({ files, programs, ports }: Plane, auditPolicy: string): string[] {
  const server = certificatePaths(files, 'server');
  const etcd = certificatePaths(files, 'etcd');
  const accounts = certificatePaths(files, 'service-accounts');
  return [
    programs['kube-apiserver'],
    `--etcd-servers=https://${loopback}:${ports.etcd}`,
    `--etcd-cafile=${files.caFile}`,
    `--etcd-certfile=${etcd.certificate}`,
    `--etcd-keyfile=${etcd.key}`,
    `--bind-address=${loopback}`,
    `--advertise-address=${loopback}`,
    // The service "kubernetes" may not point at loopback; nothing in a sandbox follows it.
    '--endpoint-reconciler-type=none',
    `--secure-port=${ports.apiServer}`,
    `--tls-cert-file=${server.certificate}`,
    `--tls-private-key-file=${server.key}`,
    `--client-ca-file=${files.caFile}`,
    `--service-account-key-file=${accounts.certificate}`,
    `--service-account-signing-key-file=${accounts.key}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    '--authorization-mode=RBAC',
    '--service-cluster-ip-range=10.0.0.0/24',
    '--allow-privileged=true',
    `--cert-dir=${files.certificates}`,
    // Nodes are simulated and never come up late: without its taint pods are placed a second earlier.
    '--disable-admission-plugins=TaintNodesByCondition',
    '--kubelet-preferred-address-types=InternalIP',
    // Controllers ask for this authority; the name keeps it from vouching for anybody.
    `--requestheader-client-ca-file=${files.caFile}`,
    '--requestheader-allowed-names=nobody',
    `--audit-policy-file=${auditPolicy}`,
    `--audit-log-path=${files.auditLog}`,
    // Megabytes; 100 by default, after which a new file is begun, and what a test has seen before is gone.
    '--audit-log-maxsize=10000',
    '--max-requests-inflight=1000',
    '--max-mutating-requests-inflight=1000',
  ];
}

/** The controllers: Deployments, Jobs, claims, garbage. */
export function controllerManagerCommand({ files, programs, ports }: Plane, kubeconfig: string): string[] {
  return [
    programs['kube-controller-manager'],
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    `--bind-address=${loopback}`,
    `--secure-port=${ports.controllerManager}`,
    `--cert-dir=${files.certificates}`,
    `--service-account-private-key-file=${certificatePaths(files, 'service-accounts').key}`,
    `--root-ca-file=${files.caFile}`,
    '--leader-elect=false',
    '--allocate-node-cidrs=false',
    // A busy or suspended machine is not a dead node.
    '--node-monitor-grace-period=10m',
    '--kube-api-qps=300',
    '--kube-api-burst=600',
  ];
}

/** Places pods on nodes, and says why not. */
export function schedulerCommand({ files, programs, ports }: Plane, kubeconfig: string): string[] {
  return [
    programs['kube-scheduler'],
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    `--bind-address=${loopback}`,
    `--secure-port=${ports.scheduler}`,
    `--cert-dir=${files.certificates}`,
    '--leader-elect=false',
    '--kube-api-qps=300',
    '--kube-api-burst=600',
  ];
}

/** Plays the kubelets. Port and address are those where the attendant answers for them, with logs. */
export function kwokCommand({ programs, ports, files }: Plane, kubeconfig: string): string[] {
  return [
    programs.kwok,
    `--kubeconfig=${kubeconfig}`,
    `--config=${join(files.folder, 'kwok.yaml')}`,
    '--manage-all-nodes=true',
    '--node-lease-duration-seconds=40',
    '--cidr=10.244.0.0/16',
    `--node-ip=${loopback}`,
    `--node-port=${ports.kubelet}`,
    // Without an address of its own KWOK would listen on every interface.
    `--server-address=${loopback}:${ports.kwok}`,
    '--enable-crds=Stage',
  ];
}

/** KWOK's configuration. It has a file of its own so that one in the user's home is not read; what is absent is zero. */
export function renderKwokConfiguration(): string {
  const options = {
    nodePlayStageParallelism: 4,
    podPlayStageParallelism: 8,
    nodeLeaseParallelism: 4,
    podsOnNodeSyncParallelism: 4,
    enablePodsOnNodeSyncListPager: false,
    enablePodsOnNodeSyncStreamWatch: true,
  };
  return JSON.stringify({ apiVersion: 'config.kwok.x-k8s.io/v1alpha1', kind: 'KwokConfiguration', options });
}
