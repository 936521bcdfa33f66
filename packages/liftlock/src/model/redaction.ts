import { isJsonObject, type Json } from './json.ts';
import { formsOf, secretShapes, secretsInside, withoutNamed } from './redaction-forms.ts';
import { isSecretEntry } from './secret-names.ts';

/** What stands in the place of a secret. */
export const masked = '********';

/** `scheme://user:PASSWORD@host` anywhere in a text; the last @ before the path ends the password. */
const passwordInAddress = /:\/\/[^\s:/@]*:([^\s/]+)@/g;

/** An address without the user and the password that may stand in it: for everything that shows it or gives it on. */
export function withoutUserinfo(address: string): string {
  return address.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^\s/?#]*@/i, '$1');
}

/** The same value with everything masked that has a secret's name, whatever its type; nothing needs to be learned first. */
export function maskByName(value: Json | undefined, underSecret = false): Json | undefined {
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => maskByName(item, underSecret) ?? null);
  if (isJsonObject(value)) {
    const entries = Object.entries(value);
    return Object.fromEntries(
      entries.map(([key, inner]) => [key, maskByName(inner, isSecretEntry(value, key, underSecret))]),
    );
  }
  return underSecret && value !== undefined && value !== null ? masked : value;
}

/**
 * The one place where secrets leave the text. It learns secret strings and removes them, in every form in which texts quote
 * them, from everything that is printed, journaled or put into a file; and what is secret by its shape, learned or not.
 */
export class Redactor {
  readonly #learned = new Set<string>();
  readonly #forms = new Set<string>();
  readonly #spared = new Set<string>();
  /** Longest first, so that a secret that contains another leaves no tail behind. */
  #sorted: readonly string[] | undefined;

  /** Strings shorter than 6 characters are not learned: masking them would eat ordinary words. */
  learn(secret: string): void {
    if (secret.length < 6 || this.#learned.has(secret) || /^(true|false|null|[a-z]{1,7})$/.test(secret)) return;
    this.#learned.add(secret);
    for (const form of [secret, secret.trim()].flatMap(formsOf)) if (form.length >= 6) this.#forms.add(form);
    this.#sorted = undefined;
    for (const part of secretsInside(secret)) this.learn(part);
  }

  /** Learns what stands below a key with a secret's name, env entries whose name is one, and what longer texts hold of secrets. */
  learnValues(value: Json | undefined, underSecret = false): void {
    if (typeof value === 'string' || typeof value === 'number') {
      if (underSecret) this.learn(String(value));
      this.learnAddress(String(value));
      for (const part of secretsInside(String(value))) this.learn(part);
    } else if (Array.isArray(value)) {
      for (const item of value as readonly Json[]) this.learnValues(item, underSecret);
    } else if (isJsonObject(value)) {
      for (const [key, inner] of Object.entries(value)) this.learnValues(inner, isSecretEntry(value, key, underSecret));
    }
  }

  /** Learns the password of an address, whatever the key that it stands below is called. */
  learnAddress(address: string): void {
    for (const [, password = ''] of address.matchAll(passwordInAddress)) this.#learnPassword(password);
  }

  /** As it is written in an address, and as it is meant. */
  #learnPassword(written: string): void {
    this.learn(written);
    try {
      this.learn(decodeURIComponent(written));
    } catch {
      // Not percent-encoded: it is learned as it stands.
    }
  }

  /** Learns a Secret's data: base64 values and what they hold. */
  learnSecretData(data: Json | undefined): void {
    if (!isJsonObject(data)) return;
    for (const value of Object.values(data)) {
      if (typeof value !== 'string') continue;
      this.learn(value);
      const text = Buffer.from(value, 'base64').toString('utf8');
      this.learn(text);
      this.#learnContent(text);
    }
  }

  /** A file in a Secret, such as the logins of a registry, holds secrets of its own. */
  #learnContent(text: string): void {
    this.learnAddress(text);
    if (!/^\s*[{[]/.test(text)) return;
    try {
      this.learnValues(JSON.parse(text) as Json);
    } catch {
      // No JSON: it was learned as a whole.
    }
  }

  /**
   * Names that must stay as they are, since steps are carried out by them: what stands in one of them is masked nowhere. A
   * Secret holds hosts and users too, and a password that is a word of such a name is no secret.
   */
  spare(names: Iterable<string>): void {
    for (const name of names) this.#spared.add(name);
    this.#sorted = undefined;
  }

  text(text: string): string {
    let result = text;
    this.#sorted ??= this.#toMask();
    for (const form of this.#sorted) if (result.includes(form)) result = result.replaceAll(form, masked);
    for (const shape of secretShapes) result = result.replaceAll(shape, `$1${masked}`);
    return result;
  }

  #toMask(): string[] {
    const spared = [...this.#spared].join('\n');
    return [...this.#forms].filter((form) => !spared.includes(form)).toSorted((a, b) => b.length - a.length);
  }

  /**
   * What a program printed, line by line: masked as any text, and so is what stands behind a secret's name, which nobody may
   * have known before.
   */
  log(text: string): string {
    return withoutNamed(this.text(text), masked);
  }

  /**
   * The same value with every learned secret masked in its strings, its long numbers, and its keys but those that are a word,
   * as liftlock's own are. Names are not looked at: `key` and `secretName` in a plan or an object hold no secret. What has a
   * secret's name is learned before, or goes through `maskByName`.
   */
  json<T>(value: T): T {
    return this.#mask(value) as T;
  }

  #mask(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number') return this.text(String(value)) === String(value) ? value : masked;
    if (Array.isArray(value)) return value.map((item) => this.#mask(item));
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [this.#key(key), this.#mask(inner)]));
  }

  #key(key: string): string {
    return /^[a-z]+$/i.test(key) ? key : this.text(key);
  }
}
