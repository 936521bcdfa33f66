/**
 * Values of the installation's Secrets. Each is recognisable, so that a test can search whatever liftlock writes for
 * them, plain or in base64, and find none.
 */
export const canaries = {
  natsPassword: 'canary-nats-password-7f3a91',
  natsSeed: 'SACANARYNATSSEED7F3A91',
  databasePassword: 'canary-database-password-52c8d0',
  elasticPassword: 'canary-elastic-password-b41e66',
  registryKey: 'canary-registry-key-e90d27',
} as const;

/** The pull secret's registry and key. */
export interface PullSecret {
  /** As the vendor's deployment guide gives it to `kubectl create secret docker-registry --docker-server`. */
  readonly server: string;
  /** Text of the service account key file. */
  readonly key: string;
}

/** Stands in until an operator's own key is given. */
export const defaultPullSecret: PullSecret = {
  server: 'https://europe-west3-docker.pkg.dev',
  key: JSON.stringify({ type: 'service_account', private_key_id: 'canary', private_key: canaries.registryKey }),
};

/** A Secret as the API server takes it. */
export interface SecretObject {
  readonly apiVersion: 'v1';
  readonly kind: 'Secret';
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly type: string;
  readonly stringData: Readonly<Record<string, string>>;
}

/** The Secrets that the vendor's deployment makes by hand in the platform's namespace. */
export function makeSecrets(namespace: string, pull: PullSecret): SecretObject[] {
  return [
    makeSecret(namespace, 'gcp-artifact-registry', dockerConfig(pull), 'kubernetes.io/dockerconfigjson'),
    makeSecret(namespace, 'codemie-nats-secrets', {
      NATS_URL: 'nats://codemie-nats:4222',
      CALLOUT_USERNAME: 'callout',
      CALLOUT_PASSWORD: canaries.natsPassword,
      CODEMIE_USERNAME: 'codemie',
      CODEMIE_PASSWORD: canaries.natsPassword,
      ISSUER_NSEED: canaries.natsSeed,
      ISSUER_XSEED: canaries.natsSeed,
    }),
    makeSecret(namespace, 'codemie-postgresql', {
      user: 'codemie',
      password: canaries.databasePassword,
      'db-url': 'postgresql.example.org:5432',
      'db-name': 'codemie',
    }),
    makeElasticSecret(namespace),
  ];
}

/** The Secret that the deployment copies from Elastic's namespace to the platform's. */
export function makeElasticSecret(namespace: string): SecretObject {
  return makeSecret(namespace, 'elasticsearch-master-credentials', {
    username: 'elastic',
    password: canaries.elasticPassword,
  });
}

function dockerConfig(pull: PullSecret): Record<string, string> {
  const auth = Buffer.from(`_json_key:${pull.key}`).toString('base64');
  const login = { username: '_json_key', password: pull.key, auth };
  return { '.dockerconfigjson': JSON.stringify({ auths: { [pull.server]: login } }) };
}

function makeSecret(
  namespace: string,
  name: string,
  stringData: Readonly<Record<string, string>>,
  type = 'Opaque',
): SecretObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type, stringData };
}
