/** A copy of a collection of the API, kept up to date by a watch: the heart of every controller. */
import { ApiError, type ApiClient, type KubeObject } from './api-client.ts';

function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}`;
}

/** The copy. `onChange` is called after every change with the object as it is now, or was before it went. */
export class WatchedCollection<T extends KubeObject = KubeObject> {
  readonly #api: ApiClient;
  readonly #path: string;
  readonly #onChange: (object: T, gone: boolean) => void;
  readonly #objects = new Map<string, T>();
  #isStopped = false;

  constructor(api: ApiClient, path: string, onChange: (object: T, gone: boolean) => void) {
    this.#api = api;
    this.#path = path;
    this.#onChange = onChange;
  }

  get items(): T[] {
    return [...this.#objects.values()];
  }

  find(namespace: string, name: string): T | undefined {
    return this.#objects.get(`${namespace}/${name}`);
  }

  /** Lists once, then follows the changes until `stop`. Resolves after the first list. */
  async start(): Promise<void> {
    const version = await this.#refill();
    void this.#follow(version);
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #refill(): Promise<string> {
    const list = await this.#api.list<T>(this.#path);
    const present = new Set(list.items.map(keyOf));
    for (const [key, object] of this.#objects) {
      if (present.has(key)) continue;
      this.#objects.delete(key);
      this.#onChange(object, true);
    }
    for (const object of list.items) {
      this.#objects.set(keyOf(object), object);
      this.#onChange(object, false);
    }
    return list.metadata.resourceVersion;
  }

  async #follow(from: string): Promise<void> {
    let version: string | undefined = from;
    while (!this.#isStopped) {
      try {
        version ??= await this.#refill();
        for await (const event of this.#api.watch(this.#path, version)) {
          const object = event.object as T;
          version = object.metadata.resourceVersion ?? version;
          const gone = event.type === 'DELETED';
          if (gone) this.#objects.delete(keyOf(object));
          else this.#objects.set(keyOf(object), object);
          this.#onChange(object, gone);
        }
      } catch (error) {
        // 410: the version is older than what the server remembers.
        if (error instanceof ApiError) version = undefined;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }
}
