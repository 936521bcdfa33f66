import { expect, test } from 'vitest';
import { readRefusal } from './classify-refusal.ts';
import { describeRefusal } from './describe-refusal.ts';
import type { Refusal } from './refusal.ts';

/** The classes that a text is read as; `unknown` where none is certain. */
function codes(words: string, isRollback = false): readonly string[] {
  return readRefusal({ words, isRollback }).map(({ refusal }) => refusal?.code ?? 'unknown');
}

function only(words: string): Refusal {
  const [reading, ...others] = readRefusal({ words });
  if (reading?.refusal === undefined || others.length > 0) throw new Error(`not read as one refusal: ${words}`);
  return reading.refusal;
}

// The two samples of Coder's guide, word for word with its line breaks.
const guideImmutable = `failed to replace object: Service "cemanager" is invalid: 
spec.clusterIP: Invalid value: "": field is immutable`;
const guideOwnership = `Error: UPGRADE FAILED: rendered manifests contain a resource
that already exists. Unable to continue with update:
ServiceAccount "coder" in namespace "coder" exists and cannot
be imported into the current release: invalid ownership metadata;
label validation error: missing key
"app.kubernetes.io/managed-by": must be set to "Helm"; annotation
validation error: missing key "meta.helm.sh/release-name": must
be set to "coder"; annotation validation error: missing key
"meta.helm.sh/release-namespace": must be set to "coder"`;

test("D10, X03: the guide's first failure is an immutable field of the Service cemanager", () => {
  expect(only(guideImmutable)).toEqual({
    code: 'IMMUTABLE_FIELD',
    fields: ['spec.clusterIP'],
    why: 'field is immutable',
    object: { kind: 'Service', name: 'cemanager' },
  });
});

test("D11, X03: the guide's second failure is a ServiceAccount coder that no release owns", () => {
  const refusal = only(guideOwnership);
  expect(refusal).toMatchObject({
    code: 'FOREIGN_OWNERSHIP',
    object: { kind: 'ServiceAccount', namespace: 'coder', name: 'coder' },
  });
  expect(describeRefusal(refusal, 'coder').message).toBe(
    'ServiceAccount coder/coder exists already and belongs to no release: helm refuses to take it into release coder.',
  );
});

test('an object of another release says whose it is', () => {
  const refusal = only(
    'Error: UPGRADE FAILED: unable to continue with update: ConfigMap "d" in namespace "a" exists and cannot be imported into the current release: invalid ownership metadata; annotation validation error: key "meta.helm.sh/release-name" must equal "demo": current value is "other"; annotation validation error: key "meta.helm.sh/release-namespace" must equal "a": current value is "b"',
  );
  expect(refusal).toMatchObject({ owner: { release: 'other', namespace: 'b' } });
});

test.each([
  ['a ConfigMap', 'ConfigMap "c" is invalid: data: Forbidden: field is immutable when `immutable` is set', 'data'],
  [
    'a selector',
    'Deployment.apps "w" is invalid: spec.selector: Invalid value: {"matchLabels":{"app":"other"}}: field is immutable',
    'spec.selector',
  ],
  [
    'a selector, in the words of 1.20',
    'Deployment.apps "w" is invalid: spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"app":"other"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable',
    'spec.selector',
  ],
  [
    'a StatefulSet, in the words of 1.20',
    `StatefulSet.apps "s" is invalid: spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'template', and 'updateStrategy' are forbidden`,
    'spec',
  ],
  [
    'claim templates',
    'StatefulSet.apps "s" is invalid: spec.volumeClaimTemplates: Invalid value: [{"name":"d","Spec":{"AccessModes":["ReadWriteOnce"]}}]: field is immutable',
    'spec.volumeClaimTemplates',
  ],
  [
    'a cluster address',
    'Service "s" is invalid: spec.clusterIPs[0]: Invalid value: ["None"]: may not change once set',
    'spec.clusterIPs[0]',
  ],
  [
    'a role',
    'RoleBinding.rbac.authorization.k8s.io "r" is invalid: roleRef: Invalid value: rbac.RoleRef{APIGroup:"rbac.authorization.k8s.io", Kind:"ClusterRole", Name:"edit"}: cannot change roleRef',
    'roleRef',
  ],
  [
    'a claim',
    'PersistentVolumeClaim "p" is invalid: spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n@@ -1,6 +1,6 @@\n {\n  "AccessModes": [',
    'spec',
  ],
  [
    'a PriorityClass',
    'PriorityClass.scheduling.k8s.io "p" is invalid: value: Forbidden: may not be changed in an update.',
    'value',
  ],
  [
    'a StorageClass, in the words of 1.24',
    'StorageClass.storage.k8s.io "c" is invalid: parameters: Forbidden: updates to parameters are forbidden.',
    'parameters',
  ],
])('IMMUTABLE_FIELD is read of %s, in the words of Helm 3 and Helm 4', (_what, words, field) => {
  for (const around of [
    `Error: UPGRADE FAILED: cannot patch "x" with kind X: ${words}`,
    `Error: UPGRADE FAILED: failed to replace object: ${words}`,
    `level=WARN msg="upgrade failed" name=demo\nError: UPGRADE FAILED: server-side apply failed for object a/x apps/v1, Kind=X: ${words}`,
    words,
  ]) {
    expect(only(around)).toMatchObject({ code: 'IMMUTABLE_FIELD', fields: [field] });
  }
});

test('several refusals that helm joins are read one by one', () => {
  const list =
    'Error: UPGRADE FAILED: cannot patch "c" with kind ConfigMap: ConfigMap "c" is invalid: data: Forbidden: field is immutable when `immutable` is set && cannot patch "w" with kind Deployment: Deployment.apps "w" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0';
  expect(readRefusal({ words: list }).map(({ refusal }) => refusal?.object?.name)).toEqual(['c', undefined]);
  expect(codes(list)).toEqual(['IMMUTABLE_FIELD', 'unknown']);
  expect(
    codes(
      'Error: 2 errors occurred:\n\t* services "x" is forbidden: exceeded quota: few, requested: services=1, used: services=0, limited: services=0\n\t* namespaces "nope" not found',
    ),
  ).toEqual(['QUOTA_EXCEEDED', 'NAMESPACE_MISSING']);
});

test('an object that is wrong in another way too is no case for making it anew', () => {
  const words =
    'Service "s" is invalid: [spec.clusterIPs[0]: Invalid value: ["10.0.0.9"]: may not change once set, spec.ports[0].port: Invalid value: 99999: must be between 1 and 65535, inclusive]';
  expect(codes(words)).toEqual(['unknown']);
});

test.each([
  'something that nobody has seen before',
  'Service "s" is invalid: spec.clusterIPs: Invalid value: ["10.0.0.77"]: failed to allocate IP 10.0.0.77: provided IP is already allocated',
  'failed to create resource: ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal bool',
  'deployments.apps "w" is forbidden: not yet ready to handle request',
  '',
])('text that fits no class stays unknown: %s', (words) => {
  expect(new Set(codes(words))).toEqual(words === '' ? new Set() : new Set(['unknown']));
});

test.each([
  [
    'unable to build kubernetes objects from new release manifest: resource mapping not found for name: "p" namespace: "" from "": no matches for kind "PodDisruptionBudget" in version "policy/v1beta1"\nensure CRDs are installed first',
    ['REMOVED_API_IN_CHART'],
  ],
  [
    'Error: UPGRADE FAILED: unable to build kubernetes objects from current release manifest: resource mapping not found for name: "p" namespace: "" from "": no matches for kind "PodDisruptionBudget" in version "policy/v1beta1"\nensure CRDs are installed first',
    ['REMOVED_API_IN_RECORD'],
  ],
  [
    'Error: unable to build kubernetes objects from release manifest: [resource mapping not found for name: "p" namespace: "" from "": no matches for kind "Ingress" in version "extensions/v1beta1"\nensure CRDs are installed first, resource mapping not found for name: "t" namespace: "" from "": no matches for kind "VolumeSnapshot" in version "snapshot.storage.k8s.io/v1"\nensure CRDs are installed first]',
    ['REMOVED_API_IN_CHART', 'CRD_MISSING'],
  ],
])('kinds that are not served: of the chart, of the record, or of no CRD (%#)', (words, expected) => {
  expect(codes(words)).toEqual(expected);
});

test('in a rollback the new manifest is that of a record too', () => {
  const words =
    'unable to build kubernetes objects from new release manifest: no matches for kind "CronJob" in version "batch/v1beta1"';
  expect(codes(words, true)).toEqual(['REMOVED_API_IN_RECORD']);
});

test('conflicts of server-side apply name each manager and its fields', () => {
  expect(
    only(
      'Error: UPGRADE FAILED: conflict occurred while applying object a/w apps/v1, Kind=Deployment: Apply failed with 3 conflicts: conflicts with "kubectl-edit" using apps/v1 at 2026-11-21T15:02:08Z:\n- .spec.replicas\n- .spec.template.spec.containers[name="main"].image\nconflict with "jo" using apps/v1: .spec.paused',
    ),
  ).toMatchObject({
    code: 'APPLY_CONFLICT',
    object: { kind: 'Deployment', name: 'w', namespace: 'a', apiVersion: 'apps/v1' },
    conflicts: [
      { manager: 'kubectl-edit', fields: ['spec.replicas', 'spec.template.spec.containers[name="main"].image'] },
      { manager: 'jo', fields: ['spec.paused'] },
    ],
  });
});

test.each<[string, object]>([
  [
    `configmaps "bad" is forbidden: ValidatingAdmissionPolicy 'names' with binding 'here' denied request: no bad names`,
    { code: 'ADMISSION_DENIED', by: 'ValidatingAdmissionPolicy names', why: 'no bad names' },
  ],
  [
    'admission webhook "validate.kyverno.svc-fail" denied the request: policy Deployment/a/w for resource violation: latest is not allowed',
    { code: 'ADMISSION_DENIED', by: 'webhook validate.kyverno.svc-fail' },
  ],
  [
    'Internal error occurred: failed calling webhook "check.example.com": failed to call webhook: Post "https://gone.tools.svc:443/x?timeout=10s": service "gone" not found',
    { code: 'WEBHOOK_DOWN', webhook: 'check.example.com', service: { namespace: 'tools', name: 'gone' } },
  ],
  [
    'services "x" is forbidden: exceeded quota: few, requested: services=1, used: services=0, limited: services=0',
    { code: 'QUOTA_EXCEEDED', quota: 'few' },
  ],
  [
    'persistentvolumeclaims "p" is forbidden: maximum storage usage per PersistentVolumeClaim is 1Gi, but request is 2Gi',
    { code: 'LIMIT_RANGE', why: 'maximum storage usage per PersistentVolumeClaim is 1Gi, but request is 2Gi' },
  ],
  [
    'deployments.apps "x" is forbidden: User "jo" cannot get resource "deployments" in API group "apps" in the namespace "a"',
    { code: 'PERMISSION_MISSING', user: 'jo', verb: 'get', resource: 'deployments', group: 'apps', namespace: 'a' },
  ],
  [
    'roles.rbac.authorization.k8s.io "r" is forbidden: user "jo" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held: {APIGroups:[""], Resources:["secrets"], Verbs:["get"]}',
    { code: 'PERMISSION_MISSING', user: 'jo', verb: 'escalate', resource: 'roles' },
  ],
  ['failed to create resource: namespaces "nope" not found', { code: 'NAMESPACE_MISSING', namespace: 'nope' }],
  [
    'configmaps "x" is forbidden: unable to create new content in namespace a because it is being terminated',
    { code: 'NAMESPACE_TERMINATING', namespace: 'a' },
  ],
  [
    'server-side apply failed for object a/odd /v1, Kind=Service: failed to create typed patch object (a/odd; /v1, Kind=Service): .spec.colour: field not declared in schema',
    { code: 'STRICT_FIELD', fields: ['spec.colour'] },
  ],
  [
    'Service in version "v1" cannot be handled as a Service: strict decoding error: unknown field "spec.colour", duplicate field "spec.type"',
    { code: 'STRICT_FIELD', fields: ['spec.colour', 'spec.type'] },
  ],
  ['Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress', { code: 'RELEASE_PENDING' }],
  [
    'Error: create: failed to create: Secret "sh.helm.release.v1.demo.v1" is invalid: data: Too long: may not be more than 1048576 bytes',
    { code: 'RECORD_TOO_LARGE' },
  ],
  [
    'Error: UPGRADE FAILED: template: demo/templates/o0.yaml:1:13: executing "demo/templates/o0.yaml" at <.Values.x.y.z>: nil pointer evaluating interface {}.y',
    { code: 'TEMPLATE_FAILED', place: 'demo/templates/o0.yaml:1:13', at: '.Values.x.y.z' },
  ],
  [
    'Error: demo/templates/o0.yaml:1:13\n  executing "demo/templates/o0.yaml" at <.Values.x.y.z>:\n    nil pointer evaluating interface {}.y',
    { code: 'TEMPLATE_FAILED', place: 'demo/templates/o0.yaml:1:13', at: '.Values.x.y.z' },
  ],
  [
    'Error: execution error at (demo/templates/o0.yaml:1:6): host must be set',
    { code: 'TEMPLATE_FAILED', place: 'demo/templates/o0.yaml:1:6', why: 'host must be set' },
  ],
  [
    'Error: YAML parse error on demo/templates/o0.yaml: error converting YAML to JSON: yaml: line 5: mapping values are not allowed in this context',
    { code: 'TEMPLATE_FAILED', place: 'demo/templates/o0.yaml' },
  ],
])('each class is read with what it names (%#)', (words, expected) => {
  expect(only(words)).toMatchObject(expected);
});

test('a schema names every value by its path, in both forms that helm has had', () => {
  const head = "Error: values don't meet the specifications of the schema(s) in the following chart(s):\ndemo:\n";
  expect(only(`${head}- at '': missing property 'host'\n- at '/a/b': value must be one of 'x', 'y'\n`)).toMatchObject({
    mistakes: [
      { chart: 'demo', path: '', why: "missing property 'host'" },
      { chart: 'demo', path: 'a.b', why: "value must be one of 'x', 'y'" },
    ],
  });
  const older = only(`${head}- (root): host is required\n- a.b: a.b must be one of the following: "x"\n`);
  expect(older).toMatchObject({ mistakes: [{ path: '' }, { path: 'a.b' }] });
  expect(describeRefusal(older, 'demo').field).toBe(', a.b');
});
