/** A stand-in Coder for the sandbox: charts of four versions, a chart repository over HTTP, and an installation. */
export { coderVersions, packCoder } from './packing.ts';
export type { PackOptions } from './packing.ts';
export { startChartRepository } from './repository.ts';
export type { ChartRepository } from './repository.ts';
export { setCoderStage, vendorRepository } from './stage.ts';
export type { CoderStage, CoderStageOptions } from './stage.ts';
