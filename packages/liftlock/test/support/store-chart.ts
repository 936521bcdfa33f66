import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HelmName } from './stage.ts';

/** How the chart `store` is made. */
export interface StoreChart {
  /** How its password comes to be: kept where there is one, or made up at each render. */
  readonly password?: 'lookup' | 'random';
  /** The files of its Deployment lie in a claim that is an object of the chart. */
  readonly ownsClaim?: boolean;
  /** What becomes of the StatefulSet's claims with the set. */
  readonly whenDeleted?: 'Delete' | 'Retain';
  /** Which helm installs it, and is the operator's. */
  readonly helm?: HelmName;
  /** A hook that runs when the release goes. */
  readonly deleteHook?: boolean;
}

/** The immutable field: a set that was made with one policy for its pods cannot have the other. */
export function writeStoreChart(folder: string, version: string, chart: StoreChart): string {
  const source = join(folder, `chart-${version}`);
  mkdirSync(join(source, 'templates'), { recursive: true });
  writeFileSync(join(source, 'Chart.yaml'), `apiVersion: v2\nname: store\nversion: ${version}\n`);
  writeFileSync(join(source, 'values.yaml'), 'host: ""\ngreeting: hello\n');
  const write = (name: string, text: string) => writeFileSync(join(source, 'templates', `${name}.yaml`), text);
  write('secret', secret(chart.password ?? 'lookup'));
  write(
    'config',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: store}\ndata: {greeting: {{ .Values.greeting | quote }}}\n',
  );
  write('web', web);
  write(
    'database',
    database(version === '1.0.0' ? 'OrderedReady' : 'Parallel', version === '1.0.0' ? 1 : 2, chart.whenDeleted),
  );
  if (chart.ownsClaim === true) write('files', files);
  if (chart.deleteHook === true) write('hook', hook);
  return source;
}

function secret(how: 'lookup' | 'random'): string {
  const made = '{{ randAlphaNum 24 | b64enc }}';
  const found = `{{ with lookup "v1" "Secret" .Release.Namespace "store" }}{{ .data.password }}{{ else }}${made}{{ end }}`;
  return `apiVersion: v1\nkind: Secret\nmetadata: {name: store}\ndata:\n  password: ${how === 'lookup' ? found : made}\n`;
}

const web = `apiVersion: v1
kind: Service
metadata: {name: store}
spec: {type: LoadBalancer, selector: {app: store}, ports: [{port: 80}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: store}
spec:
  rules:
    - host: {{ .Values.host }}
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: store, port: {number: 80}}}}]}
`;

function database(pods: string, image: number, whenDeleted: string | undefined): string {
  const retention =
    whenDeleted === undefined ? '' : `  persistentVolumeClaimRetentionPolicy: {whenDeleted: ${whenDeleted}}\n`;
  return `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: database}
spec:
  serviceName: store
  podManagementPolicy: ${pods}
${retention}  selector: {matchLabels: {app: database}}
  template:
    metadata: {labels: {app: database}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - name: main
          image: example.test/database:${image}
          env: [{name: PASSWORD, valueFrom: {secretKeyRef: {name: store, key: password}}}]
          volumeMounts: [{name: data, mountPath: /data}]
  volumeClaimTemplates:
    - metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], storageClassName: standard, resources: {requests: {storage: 1Gi}}}
`;
}

const files = `apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: files}
spec: {accessModes: [ReadWriteOnce], storageClassName: standard, resources: {requests: {storage: 1Gi}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: store}
spec:
  strategy: {type: Recreate}
  selector: {matchLabels: {app: store}}
  template:
    metadata: {labels: {app: store}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - {name: main, image: "example.test/store:1", volumeMounts: [{name: files, mountPath: /files}]}
      volumes: [{name: files, persistentVolumeClaim: {claimName: files}}]
`;

const hook = `apiVersion: v1
kind: ConfigMap
metadata: {name: farewell, annotations: {helm.sh/hook: pre-delete}}
data: {said: "yes"}
`;
