import { describe, expect, it } from 'vitest';
import { issueCertificate, makeAuthority } from '../../../../sandbox/src/x509.ts';
import { certificateInfo } from '../../model/certificate.ts';
import { Migration } from '../../model/migration.ts';
import type { CertificateInfo } from '../../model/snapshot.ts';
import { createSecretStep } from '../../plan/steps/create-secret.ts';
import { evidence, release, revision, component, site, snapshot } from '../preflight-fixtures.ts';
import { tlsFindings } from './tls.ts';

const authority = makeAuthority('test');
const one = issueCertificate(authority, 'test', { commonName: 'x', hosts: ['shop.example.com'] });
const two = issueCertificate(authority, 'test', { commonName: 'x', hosts: ['*.example.com'] });
const infoOf = (pem: string) => {
  const info = certificateInfo(pem);
  if (info === undefined) throw new Error('no PEM');
  return info;
};
const [certificate, key] = [infoOf(one.certificate), infoOf(one.key)];
const now = new Date();
const step = createSecretStep({
  id: 'web/tls/make',
  title: 'TLS',
  component: 'web',
  name: 'web-tls',
  namespace: 'prod',
  type: 'kubernetes.io/tls',
  files: { 'tls.crt': '/in/web.crt', 'tls.key': '/in/web.key' },
  covers: 'shop.example.com',
});
const withInputs = { ...site(), inputs: { cert: '/in/web.crt', key: '/in/web.key', domain: 'shop.example.com' } };

function findings(certificates: Readonly<Record<string, CertificateInfo>>, more: object = {}, at = now) {
  const read = snapshot({ certificates, ...more });
  return tlsFindings(evidence({ site: withInputs, steps: [step], now: at, snapshot: read })).map(
    ({ code, severity, message }) => `${severity} ${code} ${message}`,
  );
}

describe('R21: the pair that a TLS Secret is made of', () => {
  it('is not told of where it fits', () => {
    expect(findings({ cert: certificate, key })).toEqual([]);
  });

  it.each([
    ['missing', { cert: certificate }, now, 'blocker TLS_UNREADABLE /in/web.key: it cannot be read, or '],
    ['no certificate', { cert: key, key }, now, 'blocker TLS_UNREADABLE /in/web.crt: the certificate is no PEM'],
    ['mismatched', { cert: certificate, key: infoOf(two.key) }, now, 'blocker TLS_KEY_MISMATCHED /in/web.key: '],
    ['expired', { cert: certificate, key }, new Date('2046-01-01'), 'blocker TLS_NOT_VALID_NOW /in/web.crt: '],
    [
      'for another domain',
      { cert: { ...certificate, names: ['*.apps.example.com'] }, key },
      now,
      'blocker TLS_WRONG_HOST /in/web.crt: the certificate is for *.apps.example.com, not for shop.example.com.',
    ],
  ] as const)('blocks: %s', (_name, certificates, at, words) => {
    expect(findings(certificates, {}, at)).toEqual([expect.stringContaining(words)]);
  });

  it('is compared with the Secret that is there: another one is replaced on consent only', () => {
    const live = { type: 'kubernetes.io/tls', certificate, key };
    expect(findings({ cert: certificate, key }, { tlsSecrets: { 'web-tls': live } })).toEqual([]);
    const other = { ...live, certificate: infoOf(two.certificate), key: infoOf(two.key) };
    expect(findings({ cert: certificate, key }, { tlsSecrets: { 'web-tls': other } })).toEqual([
      'blocker SECRET_DIFFERS Secret web-tls exists and holds another certificate than /in/web.crt.',
    ]);
  });

  it('is looked at in the Secret itself where no step makes it, on the way over the migration alone', () => {
    const migration = Migration.parse({
      id: 'tls',
      title: 'TLS',
      crosses: '2.2.5',
      source: 'guide',
      steps: [
        {
          kind: 'create-secret',
          id: 'make',
          name: 'web-tls',
          type: 'kubernetes.io/tls',
          files: { 'tls.crt': '{inputs.cert}', 'tls.key': '{inputs.key}' },
          covers: '{inputs.domain}',
        },
      ],
    });
    const codesOf = (names: readonly string[], target: string) => {
      const live = { type: 'kubernetes.io/tls', certificate: { ...certificate, names }, key };
      const read = snapshot({
        components: [component('web', { release: release('shop-web', [revision(1, 'deployed', '2.2.4')]) })],
        tlsSecrets: { 'web-tls': live },
      });
      const definition = { ...evidence().platform, migrations: [migration] };
      const asked = evidence({ platform: definition, site: withInputs, snapshot: read, from: '2.2.4', target, now });
      return tlsFindings(asked).map(({ code }) => code);
    };
    expect(codesOf(['shop.example.com'], '2.2.5')).toEqual([]);
    expect(codesOf(['other.example.com'], '2.2.5')).toEqual(['TLS_WRONG_HOST']);
    expect(codesOf(['other.example.com'], '2.2.4')).toEqual([]);
  });
});
