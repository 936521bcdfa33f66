import { isCustomResource } from '../findings/foreseen/protected-objects.ts';
import { counted } from '../model/counted.ts';
import { isJsonObject, jsonAt, type Json } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import { isProblem } from '../model/problem.ts';
import type { LookParts } from './foreseen-release.ts';
import { hangingClaims } from './hanging-claims.ts';

type Reader = LookParts['reader'];

/** What is lost with an object that helm would delete, in one sentence (O6). */
export async function whatGoesWith(object: KubeObject, reader: Reader): Promise<string> {
  try {
    if (object.kind === 'CustomResourceDefinition') return await customResources(object, reader);
    if (object.kind === 'Namespace') return await inNamespace(object, reader);
    if (object.kind === 'PersistentVolumeClaim') return await volumeOf(object, reader);
    if (object.kind === 'PersistentVolume') return boundClaim(object);
    if (object.kind === 'StorageClass') return await claimsOfClass(object, reader);
  } catch (error) {
    if (!isProblem(error)) throw error;
    return `What goes with it could not be read: ${error.message}`;
  }
  const claims = await hangingClaims(object, reader);
  if (claims.unread !== undefined) return `Whether claims go with it could not be read: ${claims.unread}`;
  if (claims.names.length > 0)
    return `${counted(claims.names.length, 'claim goes', 'claims go')} with it: ${claims.names.join(', ')}.`;
  return isCustomResource(object) ? 'What its operator then deletes, this forecast cannot see.' : '';
}

function textAt(object: KubeObject, ...path: readonly string[]): string {
  const value = jsonAt(object as unknown as Json, path);
  return typeof value === 'string' ? value : '';
}

/** All custom resources of the kind, in every namespace. */
async function customResources(definition: KubeObject, reader: Reader): Promise<string> {
  const versions = jsonAt(definition as unknown as Json, ['spec', 'versions']);
  const list = Array.isArray(versions) ? (versions as readonly Json[]).filter(isJsonObject) : [];
  const served = list.find((version) => version['served'] === true)?.['name'];
  if (typeof served !== 'string') return 'None of its versions is served: its custom resources cannot be counted.';
  const plural = textAt(definition, 'spec', 'names', 'plural');
  const path = `/apis/${textAt(definition, 'spec', 'group')}/${served}/${plural}`;
  const resources = await reader.list(path);
  const names = resources
    .slice(0, 5)
    .map(({ metadata }) => [metadata.namespace, metadata.name].filter(Boolean).join('/'));
  const some = names.length === 0 ? '' : `: ${names.join(', ')}${resources.length > names.length ? ', …' : ''}`;
  return `${counted(resources.length, 'custom resource goes', 'custom resources go')} with it, of all namespaces${some}.`;
}

async function inNamespace({ metadata: { name } }: KubeObject, reader: Reader): Promise<string> {
  const claims = await reader.list(`/api/v1/namespaces/${name}/persistentvolumeclaims`);
  return `Everything in it goes with it, ${counted(claims.length, 'claim')} among it.`;
}

async function volumeOf(claim: KubeObject, reader: Reader): Promise<string> {
  const name = textAt(claim, 'spec', 'volumeName');
  if (name === '') return 'No volume is bound to it.';
  const volume = await reader.find(`/api/v1/persistentvolumes/${name}`);
  if (volume === undefined) return `Its volume ${name} is gone already.`;
  const policy = textAt(volume, 'spec', 'persistentVolumeReclaimPolicy');
  return policy === 'Delete'
    ? `Its volume ${name} goes with it: the reclaim policy is Delete.`
    : `Its volume ${name} stays, and is bound to nothing: the reclaim policy is ${policy}.`;
}

function boundClaim(volume: KubeObject): string {
  const claim = textAt(volume, 'spec', 'claimRef', 'name');
  return claim === ''
    ? 'No claim is bound to it.'
    : `Claim ${textAt(volume, 'spec', 'claimRef', 'namespace')}/${claim} is bound to it and loses it.`;
}

async function claimsOfClass({ metadata: { name } }: KubeObject, reader: Reader): Promise<string> {
  const claims = await reader.list('/api/v1/persistentvolumeclaims');
  const own = claims.filter((claim) => textAt(claim, 'spec', 'storageClassName') === name);
  return `${counted(own.length, 'claim is', 'claims are')} of this class: they stay, and cannot be made or grown any more.`;
}
