import type { Finding } from '../../model/finding.ts';
import type { PreflightEvidence } from '../evidence.ts';
import { allowing, finding } from '../make-finding.ts';

/** The age of the registry key against the lifetime that the vendor gives it, and the pull secret made from it. */
export function registryKeyFindings(evidence: PreflightEvidence): readonly Finding[] {
  return [...ageFindings(evidence), ...pullSecretFindings(evidence)];
}

function ageFindings({ platform, snapshot }: PreflightEvidence): readonly Finding[] {
  const limits = platform.registry?.key;
  const { key } = snapshot;
  if (limits === undefined || key === undefined) return [];
  const field = 'credentials.registry.keyCreated';
  if (key.ageDays === undefined) {
    const message = `Nobody knows how old the registry key ${key.id} is; keys live ${limits.lifetime} days.`;
    return [finding({ code: 'KEY_AGE_UNKNOWN', severity: 'warning', field, message })];
  }
  const age = Math.floor(key.ageDays);
  const isAtLeast = key.sinceIs === 'first seen';
  const old = `The registry key ${key.id} is ${isAtLeast ? 'at least ' : ''}${age} days old; keys live ${limits.lifetime} days`;
  if (key.ageDays >= limits.lifetime) {
    return [
      finding({
        code: 'KEY_EXPIRED',
        severity: 'blocker',
        message: `${old}, then they expire by themselves.`,
        remedies: [
          {
            id: 'rotate-key',
            title: 'Put a new key in place',
            destructive: false,
            commands: ['liftlock credentials rotate'],
          },
          allowing('expired-key', 'Try with this key'),
        ],
      }),
    ];
  }
  if (key.ageDays >= limits.warnAfter) {
    return [
      finding({ code: 'KEY_EXPIRING', severity: 'warning', message: `${old}: ${limits.lifetime - age} are left.` }),
    ];
  }
  if (isAtLeast) {
    return [
      finding({ code: 'KEY_AGE_UNKNOWN', severity: 'info', field, message: `${old}. When it was made is not known.` }),
    ];
  }
  return [];
}

function pullSecretFindings({ platform, snapshot }: PreflightEvidence): readonly Finding[] {
  const secret = platform.registry?.pullSecret;
  if (secret === undefined || snapshot.pullSecret?.exists !== false) return [];
  return [
    finding({
      code: 'PULL_SECRET_MISSING',
      severity: 'blocker',
      object: { apiVersion: 'v1', kind: 'Secret', namespace: snapshot.namespace, name: secret.name },
      message: `The image pull secret ${secret.name} does not exist in ${snapshot.namespace}.`,
      remedies: [
        {
          id: 'make-pull-secret',
          title: 'Make it from the key',
          destructive: false,
          commands: ['liftlock credentials rotate'],
        },
        allowing('no-pull-secret', 'The nodes need none'),
      ],
    }),
  ];
}
