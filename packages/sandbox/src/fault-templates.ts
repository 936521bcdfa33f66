/** How containers look under a fault, and what the kubelet notes, in the words of kubelet and containerd. */
import { createHash } from 'node:crypto';
import type { ImagePullCause } from './faults.ts';
import { completed, literal, type ContainerChoice, type ContainerLook, type StageStep } from './pod-templates.ts';

/** Go template: from `$image` to `$cause`, the error that containerd gives when it cannot pull that. */
function pullCause(cause: ImagePullCause): string {
  const prefix = 'failed to pull and unpack image \\"%s\\": failed to resolve reference \\"%s\\": ';
  const refused = `printf "${prefix}unexpected status from HEAD request to %s: `;
  const causes: Record<ImagePullCause, string> = {
    401: `${refused}401 Unauthorized" $full $full $url`,
    403: `${refused}403 Forbidden" $full $full $url`,
    404: `printf "${prefix}%s: not found" $full $full $full`,
    429: `${refused}429 Too Many Requests" $full $full $url`,
    network: `printf "${prefix}failed to do request: Head \\"%s\\": dial tcp: lookup %s on 10.0.0.10:53: no such host" $full $full $url $host`,
  };
  return [
    '{{ $first := first (splitList "/" $image) }}{{ $full := $image }}',
    '{{ if not (contains "/" $image) }}{{ $full = print "docker.io/library/" $image }}',
    '{{ else if not (or (contains "." $first) (contains ":" $first) (eq $first "localhost")) }}{{ $full = print "docker.io/" $image }}{{ end }}',
    '{{ $path := regexReplaceAll "(:[^/:@]+)?(@.*)?$" $full "" }}{{ $tag := trimPrefix ":" (trimPrefix $path $full) }}',
    '{{ if contains "@" $tag }}{{ $tag = regexReplaceAll "^.*@" $tag "" }}{{ else if not $tag }}{{ $tag = "latest" }}{{ $full = print $full ":latest" }}{{ end }}',
    '{{ $host := first (splitList "/" $path) }}{{ $path = trimPrefix (print $host "/") $path }}',
    '{{ if eq $host "docker.io" }}{{ $host = "registry-1.docker.io" }}{{ end }}',
    '{{ $url := printf "https://%s/v2/%s/manifests/%s" $host $path $tag }}',
    `{{ $cause := ${causes[cause]} }}`,
  ].join('');
}

/** A container whose image does not come. */
export function imagePullLook(reason: 'ErrImagePull' | 'ImagePullBackOff', cause: ImagePullCause): ContainerLook {
  const message =
    reason === 'ErrImagePull' ? '$cause' : '(printf "Back-off pulling image \\"%s\\": ErrImagePull: %s" $image $cause)';
  const state = `{{ $image := $item.image }}${pullCause(cause)}state: {waiting: {reason: ${reason}, message: {{ ${message} | Quote }}}}`;
  return { state, ready: false, started: false, hasNoImage: true };
}

/** A container that waits for a reason. `message` is a Go template for a quoted string. */
export function waitingLook(reason: string, message?: string, lastState?: string): ContainerLook {
  const text = message === undefined ? '' : `, message: ${message}`;
  const state = `state: {waiting: {reason: ${reason}${text}}}`;
  return { state, ready: false, started: false, ...(lastState === undefined ? {} : { lastState }) };
}

/** The sides of a container that ends with an error. */
export interface Exited {
  /** Just ended. */
  look: ContainerLook;
  /** Its companions, when the whole pod fails. */
  others: ContainerLook;
  /** As its former state. */
  lastState: string;
  /** Ended, and not started again for a while. */
  backOff: ContainerLook;
}

/** How a container looks that ends with that code. */
export function exited(exitCode: number, reason: 'Error' | 'OOMKilled'): Exited {
  const terminated = `{terminated: {exitCode: ${exitCode}, reason: ${reason}, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }}}}`;
  const lastState = `lastState: ${terminated}`;
  const pause = '(index (list "10s" "10s" "20s" "40s" "1m20s" "2m40s" "5m0s") (min $restarts 6))';
  const message = `{{ printf "back-off %s restarting failed container=%s pod=%s_%s(%s)" ${pause} $item.name $root.metadata.name $root.metadata.namespace $root.metadata.uid | Quote }}`;
  return {
    look: { state: `state: ${terminated}`, ready: false, started: false },
    others: { state: completed, ready: false, started: false },
    lastState,
    backOff: waitingLook('CrashLoopBackOff', message, lastState),
  };
}

function chosenContainer(choice: ContainerChoice): string {
  const isChosen =
    choice === 'first'
      ? 'eq $index 0'
      : 'name' in choice
        ? `eq $each.name ${literal(choice.name)}`
        : `regexMatch ${literal(choice.imagePattern)} $each.image`;
  const all = choice === 'first' ? '.spec.containers' : '(concat (or .spec.initContainers list) .spec.containers)';
  return `{{ $image := "" }}{{ $container := "" }}{{ range $index, $each := ${all} }}{{ if and (not $image) (${isChosen}) }}{{ $image = $each.image }}{{ $container = $each.name }}{{ end }}{{ end }}`;
}

/**
 * A step that notes an Event as the kubelet does. The message is a Go template that may use `$image`, `$container`, and
 * `$cause` when a cause is given. The same note made again counts up.
 */
export function kubeletEvent(
  choice: ContainerChoice,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
  cause?: ImagePullCause,
): StageStep {
  const slot = createHash('sha1').update(`${reason}/${message}`).digest('hex').slice(0, 8);
  const template = `${chosenContainer(choice)}${cause === undefined ? '' : pullCause(cause)}{{ $now := Now }}{{ $start := or .status.startTime $now }}
apiVersion: v1
kind: Event
metadata:
  name: {{ printf "%s.%s" .metadata.name (trunc 16 (sha1sum (print .metadata.uid "/${slot}"))) | Quote }}
  namespace: {{ .metadata.namespace | Quote }}
involvedObject:
  apiVersion: v1
  kind: Pod
  name: {{ .metadata.name | Quote }}
  namespace: {{ .metadata.namespace | Quote }}
  uid: {{ .metadata.uid | Quote }}
  fieldPath: {{ printf "spec.containers{%s}" $container | Quote }}
type: ${type}
reason: ${reason}
message: |-
  ${message}
firstTimestamp: {{ $start | Quote }}
lastTimestamp: {{ $now | Quote }}
count: {{ add1 (div (sub (int64 (unixEpoch now)) (int64 (unixEpoch (toDate "2006-01-02T15:04:05Z07:00" $start)))) 10) }}
source: {component: kubelet, host: {{ .spec.nodeName | Quote }}}
reportingComponent: kubelet
reportingInstance: {{ .spec.nodeName | Quote }}`;
  return { apply: { template } };
}
