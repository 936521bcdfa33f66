import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A kubeconfig for the fault proxy. Its plug-in prints the token of the file, and counts how often it is asked. */
export function writeProxyKubeconfig(
  folder: string,
  parts: { readonly port: number; readonly caFile: string; readonly tokenFile: string; readonly countFile: string },
): string {
  const script = `const fs = require('node:fs');
fs.appendFileSync(${JSON.stringify(parts.countFile)}, '.');
const token = fs.readFileSync(${JSON.stringify(parts.tokenFile)}, 'utf8');
console.log(JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token } }));`;
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: process.execPath,
    args: ['-e', script],
    interactiveMode: 'Never',
  };
  const path = join(folder, 'proxy-kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'proxy',
    clusters: [
      { name: 'proxy', cluster: { server: `https://127.0.0.1:${parts.port}`, 'certificate-authority': parts.caFile } },
    ],
    users: [{ name: 'proxy', user: { exec } }],
    contexts: [{ name: 'proxy', context: { cluster: 'proxy', user: 'proxy' } }],
  };
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}
