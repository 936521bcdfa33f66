import { once } from 'node:events';
import { connect, isIPv4, type Socket } from 'node:net';

export interface SocksTarget {
  readonly host: string;
  readonly port: number;
}

const replies: Readonly<Record<number, string>> = {
  1: 'general failure',
  2: 'not allowed',
  3: 'network unreachable',
  4: 'host unreachable',
  5: 'connection refused',
  6: 'time to live expired',
};

/**
 * Opens a connection through a SOCKS5 proxy (RFC 1928, RFC 1929), as `ssh -D` offers one. The proxy resolves names.
 *
 * @param proxy `socks5://[user:password@]host[:port]`
 */
export async function connectThroughSocks(proxy: string, target: SocksTarget): Promise<Socket> {
  const url = new URL(proxy);
  const socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 1080) });
  try {
    await once(socket, 'connect');
    const user = decodeURIComponent(url.username);
    socket.write(Buffer.from(user === '' ? [5, 1, 0] : [5, 2, 0, 2]));
    const method = (await readExactly(socket, 2))[1];
    if (method === 2) await authenticate(socket, user, decodeURIComponent(url.password));
    else if (method !== 0) throw refused(url, 'it wants a way of authentication that is not known here');
    socket.write(Buffer.concat([Buffer.from([5, 1, 0]), addressOf(target)]));
    const [, reply = 1, , kind = 1] = await readExactly(socket, 4);
    if (reply !== 0) throw refused(url, replies[reply] ?? `reply ${reply}`);
    const length = kind === 1 ? 4 : kind === 4 ? 16 : ((await readExactly(socket, 1))[0] ?? 0);
    await readExactly(socket, length + 2);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function authenticate(socket: Socket, user: string, password: string): Promise<void> {
  const parts = [user, password].map((text) => Buffer.from(text));
  socket.write(Buffer.concat([Buffer.from([1]), ...parts.flatMap((part) => [Buffer.from([part.length]), part])]));
  if ((await readExactly(socket, 2))[1] !== 0) {
    throw Object.assign(new Error('the SOCKS proxy refuses user and password'), { code: 'ERR_PROXY_TUNNEL' });
  }
}

function addressOf(target: SocksTarget): Buffer {
  const port = Buffer.from([target.port >> 8, target.port & 255]);
  if (isIPv4(target.host)) return Buffer.concat([Buffer.from([1, ...target.host.split('.').map(Number)]), port]);
  const name = Buffer.from(target.host);
  return Buffer.concat([Buffer.from([3, name.length]), name, port]);
}

async function readExactly(socket: Socket, length: number): Promise<Buffer> {
  for (;;) {
    const bytes = socket.read(length) as Buffer | null;
    if (bytes !== null) return bytes;
    if (socket.readableEnded || socket.destroyed) {
      throw Object.assign(new Error('the SOCKS proxy closed the connection'), { code: 'ERR_PROXY_TUNNEL' });
    }
    await Promise.race([once(socket, 'readable'), once(socket, 'end')]);
  }
}

function refused(url: URL, why: string): Error {
  return Object.assign(new Error(`the SOCKS proxy ${url.host} refuses: ${why}`), { code: 'ERR_PROXY_TUNNEL' });
}
