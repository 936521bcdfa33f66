/** A policy of the API server's own on the case's namespace: objects of a resource must meet the expression. */
export function policy(group: string, resource: string, expression: string, message: string): object {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'rule-__NS__' },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': '__NS__' } },
        resourceRules: [
          { apiGroups: [group], apiVersions: ['*'], operations: ['CREATE', 'UPDATE'], resources: [resource] },
        ],
      },
      validations: [{ expression, message }],
    },
  };
}

/** What puts the policy in force. */
export function policyBinding(): object {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'rule-__NS__' },
    spec: { policyName: 'rule-__NS__', validationActions: ['Deny'] },
  };
}
