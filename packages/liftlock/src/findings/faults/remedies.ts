import type { Remedy } from '../../model/finding.ts';
import type { ObjectRef } from '../../model/kube.ts';
import type { FaultCode } from '../catalog.ts';
import { byHand, waitAndResume, within } from './by-hand.ts';

/** What the remedy of a fault depends on, where its class says enough. */
export interface FaultFacts {
  readonly code: FaultCode;
  readonly object: ObjectRef;
  readonly container?: string | undefined;
}

type Make = (facts: FaultFacts) => Remedy;

const correctImage: Make = () =>
  byHand('correct-image', 'Correct the image, its tag or its registry in the values file of the component');

/** What takes a cause away, for classes whose words need not be read for it. What is not known gets nothing. */
const remedies: Partial<Record<FaultCode, Make>> = {
  IMAGE_PULL_UNAUTHORIZED: () =>
    byHand('rotate-credentials', 'Put a new key in place', ['liftlock', 'credentials', 'rotate']),
  IMAGE_PULL_FORBIDDEN: () =>
    byHand('grant-pull', 'Have whoever runs the registry give this account the right to read the image'),
  IMAGE_NOT_FOUND: correctImage,
  IMAGE_NAME_INVALID: correctImage,
  IMAGE_NEVER_PULL: () =>
    byHand('correct-pull-policy', 'Set `imagePullPolicy: IfNotPresent`, or load the image onto the nodes'),
  IMAGE_PULL_THROTTLED: () => waitAndResume('Wait until the registry lets more pulls through'),
  IMAGE_PULL_UNREACHABLE: ({ object }) =>
    byHand('reach-registry', 'Have the nodes reach the registry: name, proxy, certificate', [
      'kubectl',
      'describe',
      'pod',
      object.name,
      ...within(object),
    ]),
  CRASH_LOOP: (facts) => readLog(facts, '--previous'),
  OOM_KILLED: () => byHand('raise-memory', 'Raise `resources.limits.memory` of the container'),
  JOB_FAILED: (facts) => readLog(facts),
  POD_EVICTED: ({ object }) =>
    byHand('make-room', 'Make room on the nodes, or have the pods ask for what they use', [
      'kubectl',
      'describe',
      'pod',
      object.name,
      ...within(object),
    ]),
  NOT_READY: ({ object }) =>
    byHand('read-pods', 'Look at what its pods wait for', ['kubectl', 'get', 'pods', ...within(object)]),
};

/** The remedies of a fault by its class alone, the likeliest first. */
export function remediesOf(facts: FaultFacts): readonly Remedy[] {
  const make = remedies[facts.code];
  return make === undefined ? [] : [make(facts)];
}

function readLog({ object, container }: FaultFacts, ...more: readonly string[]): Remedy {
  const kind = object.kind.toLowerCase();
  return byHand('read-log', 'Read the last lines of its log', [
    'kubectl',
    'logs',
    kind === 'pod' ? object.name : `${kind}/${object.name}`,
    ...within(object),
    ...(container === undefined ? [] : ['-c', container]),
    ...more,
  ]);
}
