/** A release beside the platform that an upgrade of the platform must never touch. */
export interface Decoy {
  readonly release: string;
  readonly namespace: string;
  readonly chart: string;
  readonly version: string;
  /** Laid over the values of `decoys/chart`. */
  readonly values: Readonly<Record<string, string | number>>;
}

/** What the vendor's deployment installs beside the five components and its update leaves alone. */
export const decoys: readonly Decoy[] = [
  {
    release: 'keycloak',
    namespace: 'security',
    chart: 'keycloakx',
    version: '2.3.0',
    values: { image: 'registry.k8s.io/e2e-test-images/agnhost:2.31' },
  },
  {
    release: 'elastic',
    namespace: 'elastic',
    chart: 'elasticsearch',
    version: '8.14.2',
    values: { image: 'registry.k8s.io/e2e-test-images/agnhost:2.32', port: 9200, storage: '1Gi' },
  },
  {
    release: 'codemie-nats',
    namespace: 'codemie',
    chart: 'nats',
    version: '1.2.6',
    values: { image: 'registry.k8s.io/e2e-test-images/agnhost:2.33', port: 4222 },
  },
];
