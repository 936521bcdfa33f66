/** The OCI registry of a sandbox: the real program, with the login that was asked for. */
import {
  createServer as createHttpServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { join } from 'node:path';
import { listen, parseBasic } from './http-server.ts';
import type { Identity } from './identity.ts';
import type { RegistryAuth } from './options.ts';
import { writePrivate, type SandboxFiles } from './state.ts';
import type { KeyPair } from './x509.ts';

/** What the registry is to be like. */
export interface RegistrySetup {
  files: SandboxFiles;
  program: string;
  port: number;
  auth: RegistryAuth;
  tls: boolean;
  server: { files: KeyPair; pair: KeyPair };
  identity: Identity;
}

// Its own Basic login wants bcrypt hashes, which Node cannot make. The program then listens on a socket in the private
// folder of the sandbox, and this process asks for the password in front of it.
// Relative to the folder of the sandbox, where both processes are: the path of a socket may not be long.
const socketPath = 'registry.sock';

/** Writes the configuration and returns the command line. */
export function registryCommand(setup: RegistrySetup): string[] {
  const { files, identity } = setup;
  const tls = setup.tls ? { certificate: setup.server.files.certificate, key: setup.server.files.key } : undefined;
  const keySetPath = join(files.folder, 'registry-keys.json');
  writePrivate(keySetPath, JSON.stringify(identity.keySet()));
  const http = setup.auth === 'basic' ? { net: 'unix', addr: socketPath } : { addr: `127.0.0.1:${setup.port}`, tls };
  const token = { realm: identity.realm, service: identity.service, issuer: identity.issuer, jwks: keySetPath };
  const config = {
    version: 0.1,
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(files.folder, 'registry') }, delete: { enabled: true } },
    http: { ...http, relativeurls: true, secret: 'not-shared-with-other-registries' },
    ...(setup.auth === 'token' ? { auth: { token } } : {}),
  };
  const path = join(files.folder, 'registry.json');
  // The registry reads YAML, and JSON is YAML.
  writePrivate(path, JSON.stringify(config));
  return [setup.program, 'serve', path];
}

function forward(setup: RegistrySetup, request: IncomingMessage, response: ServerResponse): void {
  const login = parseBasic(request.headers.authorization);
  if (login === undefined || !setup.identity.isLogin(login.username, login.password)) {
    response.writeHead(401, {
      'www-authenticate': 'Basic realm="sandbox"',
      'docker-distribution-api-version': 'registry/2.0',
      'content-type': 'application/json',
    });
    response.end(
      JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'authentication required', detail: null }] }),
    );
    request.resume();
    return;
  }
  const options = { socketPath, path: request.url, method: request.method, headers: request.headers };
  const onward = httpRequest(options, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => {
    if (!response.headersSent) response.writeHead(502);
    response.end();
  });
  request.pipe(onward);
}

/** Stands before a registry with a Basic login; does nothing for the other kinds. */
export async function startRegistryFront(setup: RegistrySetup): Promise<void> {
  if (setup.auth !== 'basic') return;
  const answer = (request: IncomingMessage, response: ServerResponse): void => forward(setup, request, response);
  const { certificate, key } = setup.server.pair;
  const server = setup.tls ? createHttpsServer({ cert: certificate, key }, answer) : createHttpServer(answer);
  await listen(server, setup.port);
}
