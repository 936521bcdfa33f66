import { createSocket } from 'node:dgram';

/** A name server on loopback that answers every question for an IPv4 address with the same one. */
export interface NameServer {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  /** What it answers from now on; undefined: there is no such name. */
  answer(address: string | undefined): void;
  close(): void;
}

const headerBytes = 12;
const typeA = 1;
const nameMissing = 3;

export async function startNameServer(): Promise<NameServer> {
  let current: string | undefined;
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => socket.send(reply(query, current), from.port, from.address));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    answer: (address) => {
      current = address;
    },
    close: () => socket.close(),
  };
}

/** Source of the form: RFC 1035, section 4. */
function reply(query: Buffer, address: string | undefined): Buffer {
  let end = headerBytes;
  while ((query[end] ?? 0) !== 0) end += (query[end] ?? 0) + 1;
  const question = query.subarray(headerBytes, end + 5);
  const isAsked = query.readUInt16BE(end + 1) === typeA;
  const isKnown = address !== undefined;
  const header = Buffer.alloc(headerBytes);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | (isKnown ? 0 : nameMissing), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(isAsked && isKnown ? 1 : 0, 6);
  if (!isAsked || !isKnown) return Buffer.concat([header, question]);
  // The name is the question's, at byte 12; type A, class IN, 1 s to live, four bytes.
  const record = Buffer.from([0xc0, headerBytes, 0, typeA, 0, 1, 0, 0, 0, 1, 0, 4, ...address.split('.').map(Number)]);
  return Buffer.concat([header, question, record]);
}
