import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openPrivatePlace } from '../adapters/files/private-place.ts';
import { readChart } from '../adapters/registry/read-chart.ts';
import type { HelmRunner, PulledChart, Registry } from '../model/ports.ts';
import { exitCodes, Problem } from '../model/problem.ts';
import type { Site } from '../model/site.ts';

/** With what the charts of a site are verified. */
export interface Verifying {
  readonly helm: Pick<HelmRunner, 'start'>;
  /** Public keys that the site trusts, as `gpg --export` writes them. */
  readonly keyring: string;
  /** Where a chart lies beside its provenance for as long as helm looks at it. */
  readonly folder: string;
}

/** The registry as it stands, or one that verifies, where the site asks for it. */
export function asSiteAsks(
  registry: Registry,
  { site, folder }: { readonly site: Site; readonly folder: string },
  helm: Verifying['helm'],
): Registry {
  const keyring = site.verifyCharts?.keyring;
  return keyring === undefined ? registry : verifiedCharts(registry, { helm, keyring, folder: join(folder, 'verify') });
}

/**
 * A registry whose charts are used only where the site's keyring knows who has signed them: each is verified by `helm verify`
 * as it is pulled, once a process. Source: https://helm.sh/docs/topics/provenance/
 *
 * Problems besides the registry's own: CHART_NOT_VERIFIED (exit 3): no provenance, of another chart, or by someone unknown.
 */
export function verifiedCharts(registry: Registry, verifying: Verifying): Registry {
  const verified = new Map<string, Promise<void>>();
  return {
    ...registry,
    async pull(reference, digest) {
      const chart = await registry.pull(reference, digest);
      let verdict = verified.get(digest);
      if (verdict === undefined) {
        verdict = verify(registry, { reference, chart }, verifying);
        verified.set(digest, verdict);
      }
      await verdict;
      return chart;
    },
  };
}

interface Asked {
  readonly reference: string;
  readonly chart: PulledChart;
}

async function verify(registry: Registry, { reference, chart }: Asked, verifying: Verifying): Promise<void> {
  const { keyring } = verifying;
  if (!existsSync(keyring)) throw notVerified(reference, `there is no keyring at ${keyring}`, verifying);
  const provenance = await registry.provenance(reference, chart.digest);
  if (provenance === undefined)
    throw notVerified(reference, 'it has no provenance file: its vendor has not signed it', verifying);
  const said = await helmVerify(chart.file, provenance, verifying);
  if (said !== undefined) throw notVerified(reference, said, verifying);
}

/** @returns helm's words where it refuses */
async function helmVerify(file: string, provenance: string, verifying: Verifying): Promise<string | undefined> {
  const { name, version } = readChart(file);
  const place = openPrivatePlace(verifying.folder, 'verify');
  try {
    // The provenance names the archive as helm package has called it.
    const archive = join(place.path, `${name}-${version}.tgz`.replaceAll(/[/\\]/g, '_'));
    copyFileSync(file, archive);
    writeFileSync(`${archive}.prov`, provenance, { mode: 0o600 });
    const args = ['verify', archive, '--keyring', verifying.keyring];
    const { code, stderr, stdout } = await verifying.helm.start({ args, kubeconfig: '/dev/null' }).done;
    if (code === 0) return undefined;
    const words = (stderr.trim() || stdout.trim()).replace(/^Error: /, '').replaceAll(place.path, '');
    return `helm verify says: ${words.split('\n')[0]?.slice(0, 300) || 'nothing'}`;
  } finally {
    place.close();
  }
}

function notVerified(reference: string, why: string, { keyring }: Verifying): Problem {
  return new Problem('CHART_NOT_VERIFIED', `The chart ${reference} is not verified: ${why}.`, {
    advice: [
      'Ask the vendor with which key it is signed, and compare its fingerprint by another way than the one it came by.',
      `helm wants the public keys in binary form: gpg --export KEY > ${keyring}`,
      'Where the vendor signs nothing, leave verifyCharts out of the site file.',
    ],
    exitCode: exitCodes.blocked,
    details: { reference },
  });
}
