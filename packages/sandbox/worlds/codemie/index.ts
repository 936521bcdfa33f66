/** A stand-in CodeMie for the sandbox: charts, the vendor's checkout, an installation, and the services it would serve. */
export { chartsRepository, publishCharts } from './publish.ts';
export type { PublishedChart, PublishOptions, PublishRegistry } from './publish.ts';
export { components, missingImage, valuesPath, versions } from './components.ts';
export type { Cloud, Component } from './components.ts';
export { decoys } from './decoys.ts';
export type { Decoy } from './decoys.ts';
export { defaultPlaceholders, makeCheckout } from './checkout.ts';
export type { CheckoutOptions } from './checkout.ts';
export { installPlatform } from './install.ts';
export type { InstalledPlatform, InstalledRelease, InstallOptions, WorldCluster } from './install.ts';
export type { PackedChart } from './packing.ts';
export { awaitReady } from './readiness.ts';
export { canaries, defaultPullSecret } from './secrets.ts';
export type { PullSecret } from './secrets.ts';
export { startServices } from './services.ts';
export type { ApiBehaviour, Assistant, ServiceRequest, StandInServices, UiBehaviour } from './services.ts';
export { setStage } from './stage.ts';
export type { Stage, StageCluster, StageOptions } from './stage.ts';
