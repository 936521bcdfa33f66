import type { CatalogEntry } from './catalog-entry.ts';

/** Findings about the pods, the storage and the neighbours of the new revision, before it exists. */
export const workloadCatalog = {
  POD_REFUSED: {
    title: 'The API server would refuse the new pods of a workload',
    meaning:
      'The workload itself is accepted, but a pod as its controller would make it is refused. The forecast asked the API server with such a pod, as a dry run. In the cluster the rollout would hang with `FailedCreate` events until the timeout.',
    whatToDo: [
      'Read what the server says, and change the values or what refuses.',
      'The pod was judged as made by you. If it will be let in when its controller makes it: `--allow pods:COMPONENT`.',
    ],
  },
  POD_SECURITY: {
    title: 'Pod Security of the namespace would refuse the new pods',
    meaning:
      'The namespace enforces a Pod Security level, and the new pods violate it. The level judges pods alone: the workload would be accepted and never get a pod.',
    whatToDo: [
      'Set what is named in the values: most charts have `podSecurityContext` and `securityContext`.',
      'See the level: `kubectl get namespace NAMESPACE -o jsonpath={.metadata.labels}`.',
      'If the pods will be let in when their controller makes them: `--allow pods:COMPONENT`.',
    ],
  },
  POD_MUTATED: {
    title: 'A webhook or policy changes the new pods',
    meaning: 'The pod that the API server would store has containers or images that the chart does not have.',
    whatToDo: ['Nothing, if it is meant: service meshes and registry mirrors do so.'],
  },
  SERVICE_ACCOUNT_MISSING: {
    title: 'The ServiceAccount of the new pods does not exist',
    meaning:
      'It is neither in the cluster nor in the new revision. The workload would be accepted and never get a pod.',
    whatToDo: [
      'Let the chart make it, often `serviceAccount.create: true`, or name one that exists.',
      'If it will be there in time: `--allow pods:COMPONENT`.',
    ],
  },
  PRIORITY_CLASS_MISSING: {
    title: 'The PriorityClass of the new pods does not exist',
    meaning: 'Pods that name it are refused until it exists.',
    whatToDo: [
      'See `kubectl get priorityclass`, and name one that exists in the values.',
      'If it will be there in time: `--allow pods:COMPONENT`.',
    ],
  },
  RUNTIME_CLASS_MISSING: {
    title: 'The RuntimeClass of the new pods does not exist',
    meaning: 'Pods that name it are refused until it exists.',
    whatToDo: [
      'See `kubectl get runtimeclass`, and name one that exists in the values.',
      'If it will be there in time: `--allow pods:COMPONENT`.',
    ],
  },
  HOOK_EXISTS: {
    title: 'A hook is there already, and helm would not replace it',
    meaning:
      'The hook was left over by an earlier revision. Its delete policy does not remove it before it is made anew, so helm would stop with “already exists”.',
    whatToDo: [
      'Look at it, and delete it if it is done: `kubectl delete KIND NAME -n NAMESPACE`.',
      'Ask the vendor for `helm.sh/hook-delete-policy: before-hook-creation`.',
    ],
  },
  QUOTA_EXCEEDED_BY_SUM: {
    title: 'The upgrade needs more than a ResourceQuota leaves',
    meaning:
      'Each object fits by itself; all together do not. The sum is what the quota says is used now, plus what the new revision needs beyond that, with the pods that a rolling update runs beside the old ones, component after component. A warning means that only those extra pods do not fit: the rollout goes on with fewer.',
    whatToDo: [
      'Raise the quota, or free some of it: `kubectl describe resourcequota -n NAMESPACE`.',
      'Or let the rolling update do without extra pods: `maxSurge: 0`, where the chart has it.',
      'If there will be room in time: `--allow quota:NAME`.',
    ],
  },
  SECRET_MISSING: {
    title: 'The new pods refer to a Secret that does not exist',
    meaning:
      'It is neither in the cluster nor in the new revision, and the reference is not optional. The containers would wait with `CreateContainerConfigError`, or the volume would never be mounted.',
    whatToDo: [
      'Make the Secret, or name another in the values.',
      'If it will be there in time: `--allow missing:secret/NAME`.',
    ],
  },
  CONFIG_MAP_MISSING: {
    title: 'The new pods refer to a ConfigMap that does not exist',
    meaning:
      'It is neither in the cluster nor in the new revision, and the reference is not optional. The containers would wait with `CreateContainerConfigError`, or the volume would never be mounted.',
    whatToDo: [
      'Make the ConfigMap, or name another in the values.',
      'If it will be there in time: `--allow missing:configmap/NAME`.',
    ],
  },
  KEY_MISSING: {
    title: 'A Secret or ConfigMap lacks a key that the new pods read',
    meaning:
      'The object exists, the key in it does not, and the reference is not optional. The containers would not start.',
    whatToDo: [
      'Add the key. Charts often rename keys from one version to the next: look into the release notes.',
      'If it will be there in time: `--allow missing:KIND/NAME`.',
    ],
  },
  CLAIM_MISSING: {
    title: 'The new pods mount a claim that does not exist',
    meaning:
      'The PersistentVolumeClaim is neither in the cluster nor in the new revision. The pods would stay Pending.',
    whatToDo: [
      'Make the claim, or name the right one in the values, often `persistence.existingClaim`.',
      'If it will be there in time: `--allow missing:persistentvolumeclaim/NAME`.',
    ],
  },
  INGRESS_CLASS_MISSING: {
    title: 'An Ingress names a class that does not exist',
    meaning: 'No controller will serve it: the address stays empty.',
    whatToDo: ['See `kubectl get ingressclass`, and set the right one in the values.'],
  },
  ROLLOUT_STUCK: {
    title: 'A rollout that cannot make progress, or may not',
    meaning:
      'The objects are accepted and the pods too, but the rollout would wait for itself: a new pod needs a volume, a node or a port that an old pod holds until the new one is ready, or a broken pod that nothing replaces. What was a warning may still pass: it depends on where the scheduler puts the pod.',
    whatToDo: [
      'Do what the message says: `strategy.type: Recreate` for one pod with a ReadWriteOnce volume; `maxUnavailable: 1` with `maxSurge: 0` where each pod needs a node of its own.',
      'Go on as it is: `--allow rollout:KIND/NAME`.',
    ],
  },
  ROLLOUT_HELD: {
    title: 'The new revision does not restart its pods by itself',
    meaning:
      'The workload is updated, but its strategy keeps the old pods running: `OnDelete`, a partition, or a paused Deployment. helm counts that as done.',
    whatToDo: ['Restart the pods that are named, one after the other, once the upgrade is done.'],
  },
  STORAGE_WORKLOAD_APPEARS: {
    title: 'A workload with storage of its own is new, and its volumes would be empty',
    meaning:
      'Often a chart has renamed its database, or a value that switched it off is no longer read: then an empty one comes up beside the real one, and the application may use it. The release exists already, so this is no first installation. Claims that exist under the same names are taken up again, and then nothing is said.',
    whatToDo: [
      'Find out whether the chart is meant to bring this database now.',
      'If the data is elsewhere, switch it off in the values, or name the claim that has the data.',
      'If an empty one is right: `--allow appears:KIND/NAME`.',
    ],
  },
  STORAGE_WORKLOAD_DISAPPEARS: {
    title: 'A workload with storage leaves the release',
    meaning:
      'helm would delete the workload. The message says what becomes of its claims: those made from a template stay, unless the workload says otherwise.',
    whatToDo: [
      'Back its data up first.',
      'If a new workload takes its place, find out how the data gets there.',
      'If it may go: `--allow disappears:KIND/NAME`.',
    ],
  },
  CLAIM_CHANGED: {
    title: 'A workload would mount another volume than now',
    meaning:
      'The pods mount a claim now that the new revision no longer mounts, or asks for with another name, class or size. They would start with other data, most often none.',
    whatToDo: [
      'Name the claim that has the data in the values, often `persistence.existingClaim`.',
      'If the new one is right: `--allow claim:KIND/NAME`.',
    ],
  },
  LOAD_BALANCER_RECREATED: {
    title: 'A Service would lose the address that people reach it by',
    meaning:
      'A Service of type LoadBalancer is deleted, made anew or changed so that its load balancer goes. A new one gets another address: DNS, firewalls and allow lists still name the old one.',
    whatToDo: [
      'Keep the Service as it is, or reserve the address with the cloud first.',
      'Prepare the DNS change, with a short time to live.',
      'If the address may go: `--allow load-balancer:NAME`.',
    ],
  },
  CRD_VERSION_STORED: {
    title: 'A CustomResourceDefinition drops a version that stored objects may have',
    meaning:
      'The version stands in `status.storedVersions`: objects may lie in etcd in that form, and nothing could read them. The API server refuses such a change.',
    whatToDo: [
      'Write every object again in the new version, then take the old one out of `status.storedVersions`: kube-storage-version-migrator does both.',
      'Or go to a version of the chart in between that still serves it.',
    ],
  },
  CRD_NOT_UPGRADED: {
    title: 'helm leaves a CustomResourceDefinition of the chart as it is',
    meaning:
      'helm installs what lies in `crds/` with the first revision and never touches it again. The one in the new chart differs from the one in the cluster, or is not there at all.',
    whatToDo: [
      'Look into the vendor’s notes: most say when to apply them, and how.',
      'Apply them before the upgrade: `helm show crds CHART --version VERSION | kubectl apply --server-side -f -`.',
    ],
  },
} as const satisfies Readonly<Record<string, CatalogEntry>>;
