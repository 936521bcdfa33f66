/** The programs of a sandbox: which Go package makes each, and how it is told its version. */

/** Names of the programs, which are also their file names. */
export type ProgramName =
  | 'etcd'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kwok'
  | 'registry'
  | 'helm3'
  | 'helm4';

/** Paths of the built programs. */
export type Programs = Record<ProgramName, string>;

/** One program, its package, and how many packages it needs beyond those of the programs before it. */
export interface ProgramSource {
  name: ProgramName;
  package: string;
  weight: number;
}

// In this order the heaviest shared packages are compiled first, so the estimate settles early.
export const programSources: readonly ProgramSource[] = [
  { name: 'kube-apiserver', package: 'k8s.io/kubernetes/cmd/kube-apiserver', weight: 2082 },
  { name: 'etcd', package: 'go.etcd.io/etcd/server/v3', weight: 102 },
  { name: 'helm3', package: 'helm.sh/helm/v3/cmd/helm', weight: 302 },
  { name: 'registry', package: 'github.com/distribution/distribution/v3/cmd/registry', weight: 554 },
  { name: 'kwok', package: 'sigs.k8s.io/kwok/cmd/kwok', weight: 69 },
  { name: 'kube-controller-manager', package: 'k8s.io/kubernetes/cmd/kube-controller-manager', weight: 354 },
  { name: 'kube-scheduler', package: 'k8s.io/kubernetes/cmd/kube-scheduler', weight: 6 },
  { name: 'helm4', package: 'helm.sh/helm/v4/cmd/helm', weight: 124 },
];

/** Version that the control plane and its nodes report. */
export const kubernetesVersion = 'v1.37.1';

// Without these the server calls itself v0.0.0-master and charts with a kubeVersion refuse it; helm reports only
// its major and minor version.
export const linkerFlags: string = [
  '-s -w',
  `-X k8s.io/component-base/version.gitVersion=${kubernetesVersion}`,
  '-X k8s.io/component-base/version.gitMajor=1',
  '-X k8s.io/component-base/version.gitMinor=37',
  '-X helm.sh/helm/v3/internal/version.version=v3.22.0',
  '-X helm.sh/helm/v4/internal/version.version=v4.3.1',
].join(' ');
