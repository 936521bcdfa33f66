import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A proxy on loopback that sends every connection to one port, whatever host was asked for. */
export interface Proxy {
  readonly port: number;
  /** `host:port` of each tunnel, in order. */
  readonly asked: readonly string[];
  /** Breaks all tunnels that stand. */
  cut(): void;
  close(): void;
}

/** An HTTP proxy that answers CONNECT. With `password`, only to who sends it. */
export async function startConnectProxy(targetPort: number, password?: string): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const asked: string[] = [];
  const server = createHttpServer((_request, response) => response.writeHead(405).end());
  server.on('connect', (request, client: Socket) => {
    asked.push(request.url ?? '');
    const wanted = `Basic ${Buffer.from(`user:${password}`).toString('base64')}`;
    if (password !== undefined && request.headers['proxy-authorization'] !== wanted) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const upstream = join(client, targetPort, sockets);
    upstream.once('connect', () => client.write('HTTP/1.1 200 OK\r\n\r\n'));
  });
  return listen(server, sockets, asked);
}

/** A SOCKS5 proxy without authentication. */
export async function startSocksProxy(targetPort: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const asked: string[] = [];
  const server = createServer((client) => {
    client.once('data', () => {
      client.write(Buffer.from([5, 0]));
      client.once('data', (request: Buffer) => {
        const length = request[4] ?? 0;
        asked.push(`${request.subarray(5, 5 + length).toString()}:${request.readUInt16BE(5 + length)}`);
        const upstream = join(client, targetPort, sockets);
        upstream.once('connect', () => client.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0])));
      });
    });
  });
  return listen(server, sockets, asked);
}

function join(client: Socket, port: number, sockets: Set<Socket>): Socket {
  const upstream = connect(port, '127.0.0.1');
  for (const socket of [client, upstream]) {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      sockets.delete(socket);
      client.destroy();
      upstream.destroy();
    });
  }
  upstream.once('connect', () => {
    upstream.pipe(client);
    client.pipe(upstream);
  });
  return upstream;
}

async function listen(server: Server, sockets: Set<Socket>, asked: readonly string[]): Promise<Proxy> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    asked,
    cut,
    close: () => {
      server.close();
      cut();
    },
  };
}
