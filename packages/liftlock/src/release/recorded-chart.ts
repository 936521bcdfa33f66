import { dependenciesOf, parseSchema, type ChartContent, type ChartText } from '../model/chart-content.ts';
import { isJsonObject, jsonAt, type Json, type JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import { readPayload } from './release-record.ts';

/**
 * The chart that helm keeps with a revision: templates, schema and defaults, without its subcharts, which helm leaves out
 * (they are private fields of chart.Chart). Undefined where the record cannot be read.
 */
export function recordedChart(secret: KubeObject): ChartContent | undefined {
  const payload = readPayload(secret, (text) => JSON.parse(text) as Json);
  const chart = typeof payload === 'string' ? undefined : payload['chart'];
  const metadata = jsonAt(chart, ['metadata']);
  if (!isJsonObject(chart) || !isJsonObject(metadata)) return undefined;
  const { name, dependencies } = metadata;
  const values = chart['values'];
  const schema = schemaOf(chart['schema']);
  return {
    name: typeof name === 'string' ? name : '',
    values: isJsonObject(values) ? values : {},
    ...(schema === undefined ? {} : { schema }),
    templates: textsOf(chart['templates']),
    files: textsOf(chart['files']).filter(({ text }) => text.includes('{{')),
    dependencies: dependenciesOf(dependencies),
    subcharts: [],
  };
}

function items(list: Json | undefined): readonly Json[] {
  return Array.isArray(list) ? (list as readonly Json[]) : [];
}

/** Go writes bytes as base64. */
function textsOf(list: Json | undefined): readonly ChartText[] {
  return items(list).flatMap((item) => {
    const [path, data] = [jsonAt(item, ['name']), jsonAt(item, ['data'])];
    if (typeof path !== 'string' || typeof data !== 'string') return [];
    return [{ path, text: Buffer.from(data, 'base64').toString('utf8') }];
  });
}

function schemaOf(encoded: Json | undefined): JsonObject | undefined {
  if (typeof encoded !== 'string') return undefined;
  return parseSchema(Buffer.from(encoded, 'base64').toString('utf8'));
}
