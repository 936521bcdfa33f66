/** A stand-in Run:ai for the sandbox: charts before and after 2.12, the cluster part, and an installation. */
export { playOperator } from './operator.ts';
export { controlPlaneChart, packRunai, runaiVersions } from './packing.ts';
export type { RunaiChart } from './packing.ts';
export { clusterValues, oldValues, runaiDomain, runaiRepositories, setRunaiStage } from './stage.ts';
export type { RunaiStage, RunaiStageOptions } from './stage.ts';
