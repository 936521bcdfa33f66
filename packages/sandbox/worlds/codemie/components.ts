/** The clouds that the vendor delivers values files for. */
export type Cloud = 'aws' | 'azure' | 'gcp';

/** One Helm release of the stand-in platform. Its folder in the vendor's checkout has the release's name. */
export interface Component {
  readonly release: string;
  /** Folder in `charts/`, and the chart's name. */
  readonly chart: string;
  /** Whether the values differ by cloud: `values-<cloud>.yaml` instead of `values.yaml`. */
  readonly perCloud: boolean;
}

/** The five components in the order in which the vendor's guide upgrades them. */
export const components: readonly Component[] = [
  { release: 'codemie-mcp-connect-service', chart: 'codemie-mcp-connect-service', perCloud: false },
  { release: 'mermaid-server', chart: 'mermaid-server', perCloud: false },
  { release: 'codemie-nats-auth-callout', chart: 'codemie-nats-auth-callout', perCloud: true },
  { release: 'codemie-ui', chart: 'codemie-ui', perCloud: true },
  { release: 'codemie-api', chart: 'codemie', perCloud: true },
];

/** The versions that differ; 2.2.6 is broken on purpose. Any other `x.y.z` packs as the nearest lower one. */
export const versions = ['2.2.4', '2.2.5', '2.2.6'] as const;

/** The image of the API in 2.2.6, which no registry has: match a fault on it. */
export const missingImage = 'registry.k8s.io/e2e-test-images/agnhost:2.2.6-missing';

/** Path of a component's values file inside a checkout. */
export function valuesPath(component: Component, cloud: Cloud): string {
  return `${component.release}/${component.perCloud ? `values-${cloud}.yaml` : 'values.yaml'}`;
}
