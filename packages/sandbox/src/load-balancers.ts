/** Stands in for a cloud: gives addresses to Services of type LoadBalancer and to Ingresses, and takes them back. */
import { ApiError, type ApiClient, type KubeObject } from './api-client.ts';
import type { LoadBalancerSettings } from './options.ts';
import { WatchedCollection } from './watched-collection.ts';
import { WorkQueue } from './work-queue.ts';

interface Exposed extends KubeObject {
  spec: { type?: string; loadBalancerClass?: string };
  status?: { loadBalancer?: { ingress?: { ip?: string }[] } };
}

const servicesPath = '/api/v1/services';
const ingressesPath = '/apis/networking.k8s.io/v1/ingresses';
// The finalizer that cloud controllers put on a Service while its load balancer exists.
const finalizer = 'service.kubernetes.io/load-balancer-cleanup';

/** The stand-in; addresses come from the ranges that RFC 5737 keeps for documents, each one used once. */
export class LoadBalancers {
  readonly #api: ApiClient;
  readonly #settings: LoadBalancerSettings;
  readonly #services: WatchedCollection<Exposed>;
  readonly #ingresses: WatchedCollection<Exposed>;
  readonly #queue: WorkQueue;
  readonly #due = new Map<string, number>();
  #given = 0;

  constructor(api: ApiClient, settings: LoadBalancerSettings, log: (line: string) => void) {
    this.#api = api;
    this.#settings = { ...settings };
    this.#queue = new WorkQueue(
      (key) => this.#work(key),
      (line) => log(`load balancers: ${line}`),
    );
    this.#services = new WatchedCollection<Exposed>(api, servicesPath, (object) =>
      this.#queue.add(keyOf('services', object)),
    );
    this.#ingresses = new WatchedCollection<Exposed>(api, ingressesPath, (object) =>
      this.#queue.add(keyOf('ingresses', object)),
    );
  }

  async start(): Promise<void> {
    await this.#services.start();
    await this.#ingresses.start();
  }

  /** Changes how slow the cloud is, from now on. */
  configure(settings: Partial<LoadBalancerSettings>): LoadBalancerSettings {
    return Object.assign(this.#settings, settings);
  }

  #nextAddress(): string {
    const ranges = ['203.0.113', '198.51.100', '192.0.2'];
    const index = this.#given;
    this.#given += 1;
    return `${ranges[Math.floor(index / 250) % ranges.length]}.${(index % 250) + 1}`;
  }

  /** True when that long has passed since the first time it was asked about; comes back to the key when not. */
  #isDue(key: string, subject: string, seconds: number): boolean {
    if (seconds <= 0) return true;
    const now = Date.now();
    const due = this.#due.get(subject) ?? now + seconds * 1000;
    this.#due.set(subject, due);
    if (due <= now) return true;
    this.#queue.add(key, due - now + 10);
    return false;
  }

  async #work(key: string): Promise<void> {
    const [kind, namespace = '', name = ''] = key.split('/');
    const isService = kind === 'services';
    const object = (isService ? this.#services : this.#ingresses).find(namespace, name);
    if (object === undefined) return;
    const wants = isService ? object.spec.type === 'LoadBalancer' && object.spec.loadBalancerClass === undefined : true;
    const path = `${isService ? '/api/v1' : '/apis/networking.k8s.io/v1'}/namespaces/${namespace}/${kind}/${name}`;
    try {
      if (object.metadata.deletionTimestamp !== undefined) await this.#release(key, path, object);
      else if (wants) await this.#assign(key, path, object, isService);
      else if (hasAddress(object)) await this.#withdraw(path, object);
    } catch (error) {
      const isLate = error instanceof ApiError && (error.status === 404 || error.status === 409);
      if (!isLate) throw error;
    }
  }

  async #assign(key: string, path: string, object: Exposed, isService: boolean): Promise<void> {
    const needsFinalizer = isService && this.#settings.releaseSeconds > 0 && !holds(object);
    if (needsFinalizer) {
      const finalizers = [...(object.metadata.finalizers ?? []), finalizer];
      await this.#api.patch(path, { metadata: { finalizers, resourceVersion: object.metadata.resourceVersion } });
    }
    if (hasAddress(object) || !this.#isDue(key, `assign/${object.metadata.uid}`, this.#settings.assignSeconds)) return;
    const address = this.#nextAddress();
    await this.#api.patch(`${path}/status`, { status: { loadBalancer: { ingress: [{ ip: address }] } } });
  }

  async #withdraw(path: string, object: Exposed): Promise<void> {
    await this.#api.patch(`${path}/status`, { status: { loadBalancer: null } });
    await this.#unhold(path, object);
  }

  async #release(key: string, path: string, object: Exposed): Promise<void> {
    if (!holds(object)) return;
    if (!this.#isDue(key, `release/${object.metadata.uid}`, this.#settings.releaseSeconds)) return;
    await this.#unhold(path, object);
  }

  async #unhold(path: string, object: Exposed): Promise<void> {
    if (!holds(object)) return;
    const finalizers = (object.metadata.finalizers ?? []).filter((each) => each !== finalizer);
    await this.#api.patch(path, { metadata: { finalizers, resourceVersion: object.metadata.resourceVersion } });
  }
}

function keyOf(kind: string, object: Exposed): string {
  return `${kind}/${object.metadata.namespace}/${object.metadata.name}`;
}

function holds(object: Exposed): boolean {
  return object.metadata.finalizers?.includes(finalizer) ?? false;
}

function hasAddress(object: Exposed): boolean {
  return (object.status?.loadBalancer?.ingress?.length ?? 0) > 0;
}
