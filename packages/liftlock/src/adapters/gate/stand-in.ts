import { randomInt } from 'node:crypto';
import { isJsonObject, type Json } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import type { Upstream } from './forward.ts';
import { dryRun, isAccepted, messageOf, type DryRunRequest, type Judged } from './dry-run.ts';

/** Kinds whose name says what they are of: another name makes another object, or none. */
const boundNames = new Set(['CustomResourceDefinition', 'APIService', 'Namespace', 'Node', 'CSINode']);

/** What is judged under a stand-in's name, and what of it is no judgement. */
export interface StandInJudged {
  readonly judged: Judged;
  /** Why the answer is not what helm will get; undefined where it is. */
  readonly unforeseen?: string | undefined;
}

/**
 * Judges the creation of an object whose name is still taken by one that will be gone. It is asked for under a name of
 * the same length; answers have the real one. What the living one holds (addresses, ports, its share of a quota) is no
 * reason against its successor.
 */
export async function judgeUnderStandIn(
  upstream: Upstream,
  asked: DryRunRequest,
  object: KubeObject,
): Promise<StandInJudged> {
  const { name } = object.metadata;
  if (boundNames.has(object.kind)) {
    const judged = { status: 201, object, warnings: [] };
    return { judged, unforeseen: `the ${object.kind} ${name} is still there, and its name cannot be another's` };
  }
  const standIn = standInFor(name);
  const ask = async (sent: KubeObject): Promise<Judged> => {
    const named = { ...sent, metadata: { ...sent.metadata, name: standIn } };
    const path = asked.method === 'POST' ? asked.path : asked.path.replace(/[^/]+$/, standIn);
    return realName(await dryRun(upstream, { ...asked, path, body: JSON.stringify(named) }), standIn, name);
  };
  const judged = await ask(object);
  if (isAccepted(judged)) return { judged };
  const clash = clashOf(judged, object);
  if (clash === undefined) return { judged };
  const unforeseen = `${clash} Until then the API server says: ${messageOf(judged)}`;
  if (!isAllocation(judged)) return { judged, unforeseen };
  const again = await ask(withoutAllocations(object));
  return isAccepted(again) ? { judged: again, unforeseen } : { judged: again };
}

/** Of the same length where that is long enough to be nobody else's; lower-case letters are allowed in every name. */
function standInFor(name: string): string {
  const length = Math.max(name.length, 10);
  return Array.from({ length: Math.min(length, 63) }, () => String.fromCharCode(97 + randomInt(26))).join('');
}

function realName(judged: Judged, standIn: string, name: string): Judged {
  const real = (text: string) => text.replaceAll(standIn, name);
  return {
    status: judged.status,
    object: judged.object === undefined ? undefined : (JSON.parse(real(JSON.stringify(judged.object))) as KubeObject),
    warnings: judged.warnings.map(real),
  };
}

function isAllocation(judged: Judged): boolean {
  return /already allocated/.test(messageOf(judged));
}

/** Why a refusal is about the object that will be gone; undefined where it is about the new one. */
function clashOf(judged: Judged, { kind, metadata }: KubeObject): string | undefined {
  const old = `the ${kind} ${metadata.name} that will be gone`;
  if (isAllocation(judged)) return `An address or a port is held by ${old}.`;
  if (/exceeded quota/.test(messageOf(judged))) return `The quota still counts ${old}.`;
  if (metadata.namespace !== undefined && messageOf(judged).includes(`${metadata.namespace}/${metadata.name}`)) {
    return `The refusal may be about ${old}.`;
  }
  return undefined;
}

/** A Service without the addresses and ports that it asks for by number. */
function withoutAllocations(object: KubeObject): KubeObject {
  const { clusterIP, clusterIPs, healthCheckNodePort: _health, ports, ...spec } = object.spec ?? {};
  // Without any, rather than with one: that is a kind of Service, no address.
  const headless = clusterIP === 'None' ? { clusterIP, ...(clusterIPs === undefined ? {} : { clusterIPs }) } : {};
  const freed = Array.isArray(ports) ? { ports: (ports as readonly Json[]).map(withoutNodePort) } : {};
  return { ...object, spec: { ...spec, ...headless, ...freed } };
}

function withoutNodePort(port: Json): Json {
  if (!isJsonObject(port)) return port;
  const { nodePort: _port, ...rest } = port;
  return rest;
}
