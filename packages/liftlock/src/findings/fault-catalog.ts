import type { CatalogEntry } from './catalog-entry.ts';

/** Causes of a failing rollout, named from what the cluster says while helm waits. */
export const faultCatalog = {
  IMAGE_PULL_UNAUTHORIZED: {
    title: 'The registry does not know who pulls the image',
    meaning:
      'The registry answers 401: credentials are missing, expired or wrong. Certain at the second refusal, or on a second pod.',
    whatToDo: ['Renew the image pull secret: `liftlock credentials rotate`.', 'Then go on with `liftlock resume`.'],
  },
  IMAGE_PULL_FORBIDDEN: {
    title: 'The registry forbids pulling the image',
    meaning:
      'The registry answers 403: it knows who asks, and this account may not read the image. Some registries say so for expired keys too.',
    whatToDo: [
      'Ask whoever runs the registry for the right to read it, or for a new key.',
      'Then go on with `liftlock resume`.',
    ],
  },
  IMAGE_NOT_FOUND: {
    title: 'The image does not exist',
    meaning:
      'The registry accepts who asks and does not have the image or its tag. Before an upgrade liftlock asks for every image of the new revision, with the pull secrets that the pods name, with the credentials of the site, or anonymously. That blocks where the upgrade makes pods anew, and warns where it makes none; during a rollout the kubelet says it.',
    whatToDo: [
      'Compare the image and its tag with the release notes.',
      'Look for an image, tag or registry in the values files.',
      'If the nodes get it elsewhere, by a mirror of their own or since it is loaded on them: `--allow image:NAME`, or let the nodes prove it with `--prove-images cluster`.',
    ],
  },
  IMAGE_PULL_THROTTLED: {
    title: 'The registry throttles pulls',
    meaning: 'The registry answers 429: too many pulls from this address or account. It often mends itself.',
    whatToDo: ['Wait, or pull with an account that may pull more, or through a mirror.'],
  },
  IMAGE_PULL_UNREACHABLE: {
    title: 'The nodes do not reach the registry',
    meaning:
      'Time-out, unknown name, refused connection, unknown certificate or an error of the registry itself. It may mend itself, so it gets a grace.',
    whatToDo: ['Check from a node, not from here, that the registry answers: name, proxy, certificate.'],
  },
  IMAGE_NAME_INVALID: {
    title: 'The name of the image is no valid reference',
    meaning: 'The kubelet cannot parse it. It will not mend itself.',
    whatToDo: ['Look for the image in the values files: an empty tag, a capital letter, a `https://`.'],
  },
  IMAGE_NEVER_PULL: {
    title: 'The image is not on the node and may not be pulled',
    meaning: 'The pull policy is Never, and the node does not have the image.',
    whatToDo: ['Set `imagePullPolicy: IfNotPresent` in the values, or load the image onto the nodes.'],
  },
  CRASH_LOOP: {
    title: 'A container ends again and again',
    meaning:
      'Certain after three restarts with the same exit code, once the time that its startup probe grants is over.',
    whatToDo: ['Read the last lines of its log.', 'Compare its configuration with the release notes.'],
  },
  OOM_KILLED: {
    title: 'A container was killed because it used too much memory',
    meaning: 'It passed its memory limit.',
    whatToDo: ['Raise `resources.limits.memory` in the values file of the component.'],
  },
  CONFIG_MISSING: {
    title: 'A Secret or ConfigMap that a container needs is missing',
    meaning:
      'The pod names a Secret, a ConfigMap or a key in one that does not exist. The kubelet tries again until it does.',
    whatToDo: ['Make it, with the key that the message names.', 'Pods start by themselves then.'],
  },
  CONTAINER_NOT_STARTED: {
    title: 'A container cannot be started',
    meaning:
      'Its image is there, and the node refuses to start it as the pod asks: a user that may not be, a command that the image does not have.',
    whatToDo: [
      'Read the message: it names the setting or the command.',
      'Correct it in the values file of the component.',
    ],
  },
  VOLUME_NOT_MOUNTED: {
    title: 'A volume does not get to the pod',
    meaning:
      'The claim is bound, and the node cannot attach or mount its volume: often the pod of the former revision still holds it on another node.',
    whatToDo: [
      'See which pod holds the volume; where one node at a time can have it, the former pod has to end first: strategy `Recreate`.',
      'Never delete the claim: its data would go.',
    ],
  },
  POD_EVICTED: {
    title: 'A node threw a pod out because it ran short',
    meaning:
      'Memory, disk or process numbers of the node ran out, and the kubelet ended the pod to protect the others.',
    whatToDo: [
      'Have the pods request what they use, so that the scheduler finds them a node that has it.',
      'Make room on the nodes.',
    ],
  },
  NODE_LOST: {
    title: 'The node of a pod does not answer',
    meaning:
      'The cluster has heard nothing of the node for a while. Whether the pod still runs is not known; another one is made after some minutes, for a StatefulSet only once this one is known to have ended.',
    whatToDo: [
      'See what is with the node: `kubectl describe node NAME`. When it is back, the pod is as well.',
      'One that is off for good is taken out of the cluster by whoever runs it: its pods are made anew elsewhere then.',
    ],
  },
  UNSCHEDULABLE: {
    title: 'No node takes the pod',
    meaning:
      'The scheduler says why. It has a grace, since nodes may be added; the grace starts anew when an autoscaler says that it adds one.',
    whatToDo: ['Read why each node was refused: too little room, taints, selectors, volumes.'],
  },
  PODS_NOT_CREATED: {
    title: 'The cluster refuses to create the pods',
    meaning: 'Quota, pod security or an admission webhook refuses them, so that no pod exists that could tell.',
    whatToDo: ['Read the message: it names the quota, the policy or the webhook.'],
  },
  JOB_FAILED: {
    title: 'A Job of the release failed',
    meaning: 'It used up its retries or its time.',
    whatToDo: [
      'Read the last lines of its log.',
      'A Job may have done a part of its work: look before you run it again.',
    ],
  },
  CLAIM_PENDING: {
    title: 'A volume claim is not bound',
    meaning: 'A pod waits for a volume that nothing provides.',
    whatToDo: ['`kubectl describe pvc NAME` says why: no class, no provisioner, no volume that fits.'],
  },
  API_SERVER_AWAY: {
    title: 'The API server does not answer, or has no time',
    meaning:
      'A connection that broke, an etcd without a leader, too many requests. Whether a write that was under way has landed is not known.',
    whatToDo: [
      'Wait until `kubectl get --raw /readyz` says ok.',
      'Then go on with `liftlock resume`: it looks before it writes.',
    ],
  },
  CLUSTER_LOGIN_REFUSED: {
    title: 'The API server does not accept the login',
    meaning: 'It answers 401, or the program that the kubeconfig names gets no token.',
    whatToDo: ['Log in to the cluster anew, as whoever runs it says.', 'Then go on with `liftlock resume`.'],
  },
  CLUSTER_CERTIFICATE_UNKNOWN: {
    title: "The API server's certificate is not trusted",
    meaning:
      'The kubeconfig does not know who signed it: another cluster answers, a proxy is in between, or it was renewed.',
    whatToDo: [
      'See that the address in the kubeconfig is that of the cluster.',
      'Get a new kubeconfig from whoever runs the cluster. Never switch the check off.',
    ],
  },
  OBJECT_MODIFIED: {
    title: 'Somebody else wrote the object in the same moment',
    meaning:
      'The API server refuses a write that was made from an older state of the object. Nothing of it was written.',
    whatToDo: ['See who writes it: `kubectl get … --show-managed-fields`.', 'Then go on with `liftlock resume`.'],
  },
  NOT_READY: {
    title: 'The release was not ready in time',
    meaning: 'The time is over. Nothing else was seen that explains it; the message says what was waited for.',
    whatToDo: [
      'Look at readiness probes and at the logs of the pods that are named.',
      'If it is only slow, give the component more time in the site file: `timeouts`.',
    ],
  },
  FAULT_UNKNOWN: {
    title: 'Something is wrong that liftlock cannot name',
    meaning: 'The cluster says something that no rule knows. It is shown as it is; the wait goes on.',
    whatToDo: ['Read the message.', 'Give the support bundle to support.'],
  },
} as const satisfies Readonly<Record<string, CatalogEntry>>;
