import type { KubeObject } from '../../model/kube.ts';

/** First bytes of every object that is sent as protobuf. Source: k8s.io/apimachinery pkg/runtime/serializer/protobuf */
const magic = Buffer.from('k8s\0');

/**
 * A Secret out of the protobuf in which helm sends its records; undefined for anything else. Only where no API server
 * can be asked for the object as JSON: in a namespace that does not exist yet.
 * Fields by number: k8s.io/apimachinery pkg/runtime/generated.proto (Unknown), k8s.io/api core/v1/generated.proto
 * (Secret), k8s.io/apimachinery pkg/apis/meta/v1/generated.proto (ObjectMeta).
 */
export function secretFromProtobuf(bytes: Buffer, namespace: string): KubeObject | undefined {
  if (!bytes.subarray(0, magic.length).equals(magic)) return undefined;
  try {
    const unknown = fieldsOf(bytes.subarray(magic.length));
    const kind = fieldsOf(first(unknown, 1));
    if (text(kind, 1) !== 'v1' || text(kind, 2) !== 'Secret') return undefined;
    const secret = fieldsOf(first(unknown, 2));
    const metadata = fieldsOf(first(secret, 1));
    const data = mapOf(secret, 2).map(([key, value]) => [key, value.toString('base64')]);
    const labels = mapOf(metadata, 11).map(([key, value]) => [key, value.toString()]);
    return {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: text(metadata, 1), namespace, labels: Object.fromEntries(labels) as Record<string, string> },
      type: text(secret, 3),
      data: Object.fromEntries(data) as Record<string, string>,
    };
  } catch {
    return undefined;
  }
}

/** Fields that have a length: texts, bytes and messages. Numbers are of no interest here. */
type Fields = ReadonlyMap<number, readonly Buffer[]>;

function fieldsOf(bytes: Buffer): Fields {
  const fields = new Map<number, Buffer[]>();
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at];
      if (byte === undefined || factor > 2 ** 49) throw new Error('no protobuf');
      at += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  };
  const skip = { 0: () => void number(), 1: () => void (at += 8), 5: () => void (at += 4) } as const;
  while (at < bytes.length) {
    const tag = number();
    const type = tag & 7;
    if (type === 2) {
      const length = number();
      if (at + length > bytes.length) throw new Error('no protobuf');
      const field = Math.floor(tag / 8);
      fields.set(field, [...(fields.get(field) ?? []), bytes.subarray(at, at + length)]);
      at += length;
    } else if (type === 0 || type === 1 || type === 5) {
      skip[type]();
    } else {
      throw new Error('no protobuf');
    }
  }
  return fields;
}

function first(fields: Fields, field: number): Buffer {
  return fields.get(field)?.[0] ?? Buffer.alloc(0);
}

function text(fields: Fields, field: number): string {
  return first(fields, field).toString('utf8');
}

function mapOf(fields: Fields, field: number): readonly (readonly [string, Buffer])[] {
  return (fields.get(field) ?? []).map((entry) => {
    const pair = fieldsOf(entry);
    return [text(pair, 1), first(pair, 2)] as const;
  });
}
