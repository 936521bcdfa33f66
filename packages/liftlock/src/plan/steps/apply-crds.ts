import { isArchive, type ApplyCrdsStep, type PinnedChart } from '../../model/step.ts';

/** Applies the CRDs of a chart and its subcharts on the server. The command lists them; what it prints is what is applied. */
export function applyCrdsStep(facts: Omit<ApplyCrdsStep, 'kind' | 'command' | 'risk'>): ApplyCrdsStep {
  const { chart } = facts;
  const command = ['helm', 'show', 'crds', ...chartWords(chart), ...(chart.pullFlags ?? [])];
  return { ...facts, kind: 'apply-crds', command, risk: 'reversible' };
}

/** The chart as helm takes it: a file, an address in a registry, or a name in a repository. */
function chartWords(chart: PinnedChart): readonly string[] {
  const { source, name, version } = chart;
  if (isArchive(chart)) return [source];
  if (source.startsWith('oci://')) return [source, '--version', version];
  return [name, '--repo', source.slice(0, source.lastIndexOf('/')), '--version', version];
}
