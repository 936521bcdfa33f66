import type { CorpusCase } from '../case.ts';
import { antiAffinityWithoutRoom } from './anti-affinity-without-room.ts';
import { applyConflict } from './apply-conflict.ts';
import { claimChanged } from './claim-changed.ts';
import { claimChangesClass } from './claim-changes-class.ts';
import { claimForOneNode } from './claim-for-one-node.ts';
import { claimLeaves } from './claim-leaves.ts';
import { claimLeavesButIsKept } from './claim-leaves-but-is-kept.ts';
import { claimMissing } from './claim-missing.ts';
import { claimShrinks } from './claim-shrinks.ts';
import { cleanAccountWithItsPods } from './clean-account-with-its-pods.ts';
import { cleanClaimGrows } from './clean-claim-grows.ts';
import { cleanDefaultsLeftOut } from './clean-defaults-left-out.ts';
import { cleanDefinitionAndItsObject } from './clean-definition-and-its-object.ts';
import { cleanFirstInstallation } from './clean-first-installation.ts';
import { cleanHooks } from './clean-hooks.ts';
import { cleanLookup } from './clean-lookup.ts';
import { cleanManyObjects } from './clean-many-objects.ts';
import { cleanNewImage } from './clean-new-image.ts';
import { cleanNothingChanges } from './clean-nothing-changes.ts';
import { cleanObjectsComeAndGo } from './clean-objects-come-and-go.ts';
import { cleanWebhook } from './clean-webhook.ts';
import { cleanWithinQuota } from './clean-within-quota.ts';
import { configMapMissing } from './config-map-missing.ts';
import { customResourceLeaves } from './custom-resource-leaves.ts';
import { defaultChanged } from './default-changed.ts';
import { definitionDropsStoredVersion } from './definition-drops-stored-version.ts';
import { definitionLeaves } from './definition-leaves.ts';
import { definitionMissing } from './definition-missing.ts';
import { definitionNotUpgraded } from './definition-not-upgraded.ts';
import { deploymentSelector } from './deployment-selector.ts';
import { duplicateField } from './duplicate-field.ts';
import { forceAndClusterAddress } from './force-and-cluster-address.ts';
import { forceIsHarmless } from './force-is-harmless.ts';
import { foreignServiceAccount } from './foreign-service-account.ts';
import { hookDeniedByPolicy } from './hook-denied-by-policy.ts';
import { hostPortWithoutRoom } from './host-port-without-room.ts';
import { immutableConfigMap } from './immutable-config-map.ts';
import { immutableSecret } from './immutable-secret.ts';
import { ingressClassMissing } from './ingress-class-missing.ts';
import { installWithForeignObject } from './install-with-foreign-object.ts';
import { invalidValue } from './invalid-value.ts';
import { jobTemplate } from './job-template.ts';
import { leftoverOfFailedRevision } from './leftover-of-failed-revision.ts';
import { limitRange } from './limit-range.ts';
import { liveEditUndone } from './live-edit-undone.ts';
import { loadBalancerRenamed } from './load-balancer-renamed.ts';
import { loadBalancerType } from './load-balancer-type.ts';
import { namespaceLeaves } from './namespace-leaves.ts';
import { namespaceMissing } from './namespace-missing.ts';
import { nodePortTaken } from './node-port-taken.ts';
import { onDelete } from './on-delete.ts';
import { ownedByAnotherRelease } from './owned-by-another-release.ts';
import { permissionMissing } from './permission-missing.ts';
import { pinnedImage } from './pinned-image.ts';
import { podSecurity } from './pod-security.ts';
import { podWebhookDenies } from './pod-webhook-denies.ts';
import { policyDenies } from './policy-denies.ts';
import { priorityClassMissing } from './priority-class-missing.ts';
import { priorityClassValue } from './priority-class-value.ts';
import { quotaOneObject } from './quota-one-object.ts';
import { quotaSumOfObjects } from './quota-sum-of-objects.ts';
import { quotaSumOfPods } from './quota-sum-of-pods.ts';
import { quotaWithoutRequests } from './quota-without-requests.ts';
import { randomValues } from './random-values.ts';
import { recordTooLarge } from './record-too-large.ts';
import { releasePending } from './release-pending.ts';
import { removedApiInChart } from './removed-api-in-chart.ts';
import { removedApiInRecord } from './removed-api-in-record.ts';
import { replicasUnderAutoscaler } from './replicas-under-autoscaler.ts';
import { roleReference } from './role-reference.ts';
import { secretKeyMissing } from './secret-key-missing.ts';
import { secretMissing } from './secret-missing.ts';
import { secretType } from './secret-type.ts';
import { serviceAccountMissing } from './service-account-missing.ts';
import { serviceBecomesHeadless } from './service-becomes-headless.ts';
import { serviceHeadlessGetsAddress } from './service-headless-gets-address.ts';
import { severalForeignObjects } from './several-foreign-objects.ts';
import { severalImmutableFields } from './several-immutable-fields.ts';
import { statefulSetClaimTemplate } from './stateful-set-claim-template.ts';
import { storageClassMissing } from './storage-class-missing.ts';
import { storageClassParameters } from './storage-class-parameters.ts';
import { storageWorkloadAppears } from './storage-workload-appears.ts';
import { storageWorkloadDisappears } from './storage-workload-disappears.ts';
import { storageWorkloadRenamed } from './storage-workload-renamed.ts';
import { subchartSelector } from './subchart-selector.ts';
import { templateFailure } from './template-failure.ts';
import { unknownField } from './unknown-field.ts';
import { valueNotRead } from './value-not-read.ts';
import { valuesSchema } from './values-schema.ts';
import { webhookDown } from './webhook-down.ts';

/** Every case, in the order of their names. */
export const corpus: readonly CorpusCase[] = [
  antiAffinityWithoutRoom,
  applyConflict,
  claimChanged,
  claimChangesClass,
  claimForOneNode,
  claimLeaves,
  claimLeavesButIsKept,
  claimMissing,
  claimShrinks,
  cleanAccountWithItsPods,
  cleanClaimGrows,
  cleanDefaultsLeftOut,
  cleanDefinitionAndItsObject,
  cleanFirstInstallation,
  cleanHooks,
  cleanLookup,
  cleanManyObjects,
  cleanNewImage,
  cleanNothingChanges,
  cleanObjectsComeAndGo,
  cleanWebhook,
  cleanWithinQuota,
  configMapMissing,
  customResourceLeaves,
  defaultChanged,
  definitionDropsStoredVersion,
  definitionLeaves,
  definitionMissing,
  definitionNotUpgraded,
  deploymentSelector,
  duplicateField,
  forceAndClusterAddress,
  forceIsHarmless,
  foreignServiceAccount,
  hookDeniedByPolicy,
  hostPortWithoutRoom,
  immutableConfigMap,
  immutableSecret,
  ingressClassMissing,
  installWithForeignObject,
  invalidValue,
  jobTemplate,
  leftoverOfFailedRevision,
  limitRange,
  liveEditUndone,
  loadBalancerRenamed,
  loadBalancerType,
  namespaceLeaves,
  namespaceMissing,
  nodePortTaken,
  onDelete,
  ownedByAnotherRelease,
  permissionMissing,
  pinnedImage,
  podSecurity,
  podWebhookDenies,
  policyDenies,
  priorityClassMissing,
  priorityClassValue,
  quotaOneObject,
  quotaSumOfObjects,
  quotaSumOfPods,
  quotaWithoutRequests,
  randomValues,
  recordTooLarge,
  releasePending,
  removedApiInChart,
  removedApiInRecord,
  replicasUnderAutoscaler,
  roleReference,
  secretKeyMissing,
  secretMissing,
  secretType,
  serviceAccountMissing,
  serviceBecomesHeadless,
  serviceHeadlessGetsAddress,
  severalForeignObjects,
  severalImmutableFields,
  statefulSetClaimTemplate,
  storageClassMissing,
  storageClassParameters,
  storageWorkloadAppears,
  storageWorkloadDisappears,
  storageWorkloadRenamed,
  subchartSelector,
  templateFailure,
  unknownField,
  valueNotRead,
  valuesSchema,
  webhookDown,
];
