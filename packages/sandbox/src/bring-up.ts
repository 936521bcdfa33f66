/** What the attendant does to bring a sandbox up, in order; taking down is its own business. */
import { randomBytes } from 'node:crypto';
import { createServer, get as httpGet, type IncomingMessage, type ServerResponse } from 'node:http';
import { get as httpsGet } from 'node:https';
import { join } from 'node:path';
import { ApiClient } from './api-client.ts';
import { renderAuditPolicy } from './audit-policy.ts';
import type { Build } from './build.ts';
import { certificatePaths, clients, makeCertificates, writeKubeconfig } from './certificates.ts';
import { installObjects, installStageDefinition } from './cluster-objects.ts';
import {
  apiServerCommand,
  controllerManagerCommand,
  etcdCommand,
  kwokCommand,
  renderKwokConfiguration,
  schedulerCommand,
  type Plane,
  type Ports,
} from './control-plane.ts';
import type { Components } from './components.ts';
import { makeControl } from './control.ts';
import { freePorts } from './free-ports.ts';
import { listen } from './http-server.ts';
import { Identity } from './identity.ts';
import { Kubelet } from './kubelet.ts';
import { LoadBalancers } from './load-balancers.ts';
import type { Settings } from './options.ts';
import type { ProcessMark } from './processes.ts';
import { registryCommand, startRegistryFront, type RegistrySetup } from './registry.ts';
import { writePrivate, type SandboxFiles, type SandboxState } from './state.ts';
import { startVolumes } from './volumes.ts';

/** What bringing up needs. */
export interface Parts {
  settings: Settings;
  files: SandboxFiles;
  build: Build;
  attendant: ProcessMark;
  components: Components;
  report: (line: string) => void;
  log: (line: string) => void;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

/** One server for several handlers; the first that knows a request answers it. */
async function startFront(port: number, handlers: readonly Handler[], log: (line: string) => void): Promise<void> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    for (const handle of handlers) if (await handle(request, response)) return;
    response.writeHead(404).end();
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      log(String(error));
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  await listen(server, port);
}

async function pickPorts(): Promise<Ports> {
  const [
    etcd = 0,
    etcdPeer = 0,
    apiServer = 0,
    controllerManager = 0,
    scheduler = 0,
    registry = 0,
    attendant = 0,
    kubelet = 0,
    kwok = 0,
  ] = await freePorts(9);
  return { etcd, etcdPeer, apiServer, controllerManager, scheduler, registry, attendant, kubelet, kwok };
}

async function waitForApi(api: ApiClient): Promise<void> {
  for (;;) {
    try {
      await api.raw('GET', '/readyz');
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

interface NodeObject {
  status?: { conditions?: { type: string; status: string }[] };
}

async function waitForLife(api: ApiClient, nodes: number): Promise<void> {
  for (;;) {
    const { items } = await api.list('/api/v1/nodes');
    const ready = items.filter((item) =>
      (item as NodeObject).status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
    );
    const account = await api.find('/api/v1/namespaces/default/serviceaccounts/default');
    if (ready.length === nodes && account !== undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Any answer will do, also one that wants a login. */
function waitForRegistry(settings: Settings, ports: Ports, ca: string): Promise<void> {
  const { tls } = settings.registry;
  return new Promise((resolve) => {
    const ask = (): void => {
      const options = { host: '127.0.0.1', port: ports.registry, path: '/v2/', agent: false };
      const request = tls ? httpsGet({ ...options, ca }) : httpGet(options);
      request.once('response', (response) => {
        response.resume();
        if (response.statusCode === 502) setTimeout(ask, 50);
        else resolve();
      });
      request.once('error', () => setTimeout(ask, 50));
    };
    ask();
  });
}

async function startControlPlane(parts: Parts, ports: Ports, api: ApiClient, server: string): Promise<void> {
  const { settings, files, build, components, report } = parts;
  const { start } = components;
  const plane: Plane = { files, programs: build.programs, ports };
  const auditPolicy = join(files.folder, 'audit-policy.json');
  writePrivate(auditPolicy, renderAuditPolicy());
  writePrivate(join(files.folder, 'kwok.yaml'), renderKwokConfiguration());
  start('etcd', etcdCommand(plane));
  start('kube-apiserver', apiServerCommand(plane, auditPolicy));
  const kubeconfigOf = (name: string): string => join(files.certificates, `${name}.kubeconfig`);
  for (const name of ['controllerManager', 'scheduler', 'kwok'] as const) {
    writeKubeconfig(files, kubeconfigOf(name), server, settings.name, clients[name]);
  }
  writeKubeconfig(files, files.kubeconfig, server, settings.name, clients.admin);
  report('waiting for the API server');
  await waitForApi(api);
  start('kube-controller-manager', controllerManagerCommand(plane, kubeconfigOf('controllerManager')));
  start('kube-scheduler', schedulerCommand(plane, kubeconfigOf('scheduler')));
  await installStageDefinition(api, build.kwokFolder);
  await installObjects(api, build.kwokFolder, settings);
  start('kwok', kwokCommand(plane, kubeconfigOf('kwok')));
}

/** Brings the sandbox up and writes its state, which tells other processes that it is ready. */
export async function bringUp(parts: Parts): Promise<void> {
  const { settings, files, build, components, log } = parts;
  const ports = await pickPorts();
  const server = `https://127.0.0.1:${ports.apiServer}`;
  const url = `http://127.0.0.1:${ports.attendant}`;
  const pairs = makeCertificates(files);
  const api = new ApiClient({
    server,
    caCertificate: pairs.ca.certificate,
    client: pairs.attendant,
    userAgent: 'liftlock-sandbox-attendant',
  });
  const user = { username: 'sandbox', password: randomBytes(18).toString('base64url') };
  const controlToken = randomBytes(24).toString('base64url');
  const identity = new Identity(url, user);
  const kubelet = new Kubelet(api);
  const loadBalancers = new LoadBalancers(api, settings.loadBalancers, log);
  const control = makeControl({ identity, kubelet, loadBalancers, components }, controlToken);
  await startFront(ports.attendant, [control, (request, response) => identity.handle(request, response)], log);
  await kubelet.start(ports.kubelet, pairs.server);
  const registry: RegistrySetup = {
    files,
    program: build.programs.registry,
    port: ports.registry,
    ...settings.registry,
    server: { files: certificatePaths(files, 'server'), pair: pairs.server },
    identity,
  };
  components.start('registry', registryCommand(registry));
  await startRegistryFront(registry);
  await startControlPlane(parts, ports, api, server);
  await startVolumes(api, log);
  await loadBalancers.start();
  parts.report('waiting for the nodes');
  await waitForLife(api, settings.nodes.count);
  await waitForRegistry(settings, ports, pairs.ca.certificate);
  const { auth, tls } = settings.registry;
  const login = auth === 'none' ? { username: '', password: '' } : user;
  const state: SandboxState = {
    name: settings.name,
    attendant: parts.attendant,
    ready: new Date().toISOString(),
    server,
    programs: build.programs,
    registry: { host: `127.0.0.1:${ports.registry}`, scheme: tls ? 'https' : 'http', auth, ...login },
    identityUrl: url,
    controlUrl: `${url}/control`,
    controlToken,
  };
  writePrivate(files.state, JSON.stringify(state, null, 2));
}
