import { expect, it } from 'vitest';
import type { KubeObject } from '../../model/kube.ts';
import { generatedSecretFindings } from './generated-secrets.ts';

const encoded = (text: string) => Buffer.from(text).toString('base64');

function secret(data: Readonly<Record<string, string>>, fields: Partial<KubeObject> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db', namespace: 'shop' }, data, ...fields };
}

const live = secret({ password: encoded('old') });
const judge = (first: KubeObject, second: KubeObject, kept = live) =>
  generatedSecretFindings({ component: 'shop', namespace: 'shop', kept: [kept], first: [first], second: [second] });

it('O4: a value that differs between two renders, and from what is there, is made up', () => {
  const [found] = judge(secret({ password: encoded('a') }), secret({ password: encoded('b') }));
  expect(found).toMatchObject({ code: 'GENERATED_SECRET_OVERWRITTEN', severity: 'blocker', field: 'data.password' });
});

it('O4: one that both renders agree on comes from values or chart, one that is looked up stays', () => {
  expect(judge(secret({ password: encoded('new') }), secret({ password: encoded('new') }))).toEqual([]);
  expect(judge(live, live)).toEqual([]);
});

it('O4: stringData is data, and a ConfigMap that is made up is only told', () => {
  const made = (text: string) => ({ ...secret({}), stringData: { password: text } }) as KubeObject;
  expect(judge(made('a'), made('b'))[0]?.severity).toBe('blocker');
  const map = (text: string): KubeObject => ({ ...secret({ id: text }), kind: 'ConfigMap' });
  expect(judge(map('a'), map('b'), map('old'))[0]?.severity).toBe('warning');
});
