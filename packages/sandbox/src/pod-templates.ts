/** Pieces of the templates from which KWOK makes a pod's status: Go templates that give YAML. */
import type { KubeObject } from './api-client.ts';

/** Type of the condition by which a pod remembers which fault has it; its reason is the fault's id. */
export const faultCondition = 'sandbox.liftlock.dev/fault';

/** Which containers of a pod a template treats apart: those of an image, one by name, or the first. */
export type ContainerChoice = { imagePattern: string } | { name: string } | 'first';

/** One thing that a stage does. */
export type StageStep =
  | { patch: { subresource: 'status'; root: 'status'; template: string } }
  | { apply: { template: string } }
  | { delete: true };

/** When and how KWOK moves a pod on. */
export interface PodStage {
  name: string;
  /** A jq expression over the pod; the stage plays when it is true. */
  when: string;
  /** Above those of other stages that also match, it wins for certain only against 0. */
  weight?: number;
  delayMs?: number;
  /** A jq expression for the delay, as a point in time (RFC 3339) or a duration. */
  delayFrom?: string;
  steps: StageStep[];
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

/** A string literal in a Go template or in jq: both read JSON's. */
export function literal(text: string): string {
  return JSON.stringify(text);
}

/** The object that KWOK reads. */
export function renderStage(stage: PodStage): KubeObject {
  const delay = {
    durationMilliseconds: stage.delayMs ?? 0,
    ...(stage.delayFrom === undefined ? {} : { durationFrom: { jq: { expression: stage.delayFrom } } }),
  };
  return {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name: stage.name, labels: stage.labels ?? {}, annotations: stage.annotations ?? {} },
    spec: {
      resourceRef: { apiGroup: 'v1', kind: 'Pod' },
      weight: stage.weight ?? 0,
      selector: { matchExpressions: [{ jq: { key: stage.when, operator: 'In', values: ['true'] } }] },
      delay,
      steps: stage.steps,
    },
  };
}

/** A step that changes the status. */
export function patchStatus(template: string): StageStep {
  return { patch: { subresource: 'status', root: 'status', template } };
}

/** A condition of the action `if` on a container `$item` at `$index`. */
function isChosen(choice: ContainerChoice, isInit: boolean): string {
  if (choice === 'first') return isInit ? 'false' : 'eq $index 0';
  if ('name' in choice) return `eq $item.name ${literal(choice.name)}`;
  return `regexMatch ${literal(choice.imagePattern)} $item.image`;
}

const identity = `name: {{ $item.name | Quote }}
  image: {{ $item.image | Quote }}
  restartCount: {{ $restarts }}`;
// As a runtime names an image that it holds; made up from the reference, so the same for the same image.
const imageId = `imageID: {{ printf "%s@sha256:%s" (regexReplaceAll "(:[^/:@]+)?(@.*)?$" $item.image "") (sha256sum $item.image) | Quote }}
  containerID: {{ printf "containerd://%s" (sha256sum (printf "%s/%s/%v" $root.metadata.uid $item.name $restarts)) | Quote }}`;

/** The state `running`. */
export const running = `state: {running: {startedAt: {{ $now | Quote }}}}`;

/** The state `terminated` with success. */
export const completed = `state: {terminated: {exitCode: 0, reason: Completed, startedAt: {{ or $root.status.startTime $now | Quote }}, finishedAt: {{ $now | Quote }}}}`;

/** What a container's status says beyond its name: all lines but the first are indented by two. */
export interface ContainerLook {
  state: string;
  ready: boolean;
  started: boolean;
  /** Go template for the number of restarts; by default it stays what it was. */
  restarts?: string;
  /** A line for `lastState`; by default it stays what it was. */
  lastState?: string;
  /** The image is not there. */
  hasNoImage?: boolean;
}

function renderLook(look: ContainerLook): string {
  const restarts = look.restarts === undefined ? '' : `{{ $restarts = ${look.restarts} }}`;
  const lastState = look.lastState ?? '{{ with $before.lastState }}lastState: {{ toJson . }}{{ end }}';
  const image = look.hasNoImage === true ? 'imageID: ""' : imageId;
  return `${restarts}- ${identity}
  ${image}
  ready: ${look.ready}
  started: ${look.started}
  ${look.state}
  ${lastState}`;
}

const initDone: ContainerLook = { state: completed, ready: true, started: false };
const sidecar: ContainerLook = { state: running, ready: true, started: true };
const initializing: ContainerLook = {
  state: 'state: {waiting: {reason: PodInitializing}}',
  ready: false,
  started: false,
  hasNoImage: true,
};

const lookBack = `{{ $restarts := 0 }}{{ $before := dict }}{{ range $each := (concat (or $root.status.containerStatuses list) (or $root.status.initContainerStatuses list)) }}{{ if eq $each.name $item.name }}{{ $before = $each }}{{ $restarts = int64 (toString $each.restartCount) }}{{ end }}{{ end }}`;

/** What a whole pod looks like. */
export interface PodLook {
  phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  /** How the chosen containers look. */
  chosen: ContainerLook;
  choice: ContainerChoice;
  /** How the others look, once initialized. */
  others: ContainerLook;
  ready: boolean;
  /** Id of the fault that has the pod; undefined when none. */
  fault?: string | undefined;
}

const addresses = `{{ with NodeIPsWith .spec.nodeName }}
hostIP: {{ index . 0 | Quote }}
hostIPs:
{{ range . }}- ip: {{ . | Quote }}
{{ end }}{{ end }}
{{ if not .status.podIP }}{{ with PodIPsWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) }}
podIP: {{ index . 0 | Quote }}
podIPs:
{{ range . }}- ip: {{ . | Quote }}
{{ end }}{{ end }}{{ end }}`;

function condition(type: string, status: string, extra = ''): string {
  return `- {type: ${type}, status: ${literal(status)}, lastTransitionTime: {{ $now | Quote }}${extra}}`;
}

function renderConditions(look: PodLook): string {
  const marker =
    look.fault === undefined
      ? `{{ range .status.conditions }}{{ if eq .type ${literal(faultCondition)} }}${condition(faultCondition, 'False', ', reason: None')}{{ end }}{{ end }}`
      : condition(faultCondition, 'True', `, reason: ${look.fault}`);
  if (look.ready) {
    const noReason = ', reason: null, message: null';
    return [
      condition('PodReadyToStartContainers', 'True'),
      condition('Initialized', 'True', noReason),
      condition('Ready', 'True', noReason),
      condition('ContainersReady', 'True', noReason),
      `{{ range .spec.readinessGates }}
- {type: {{ .conditionType | Quote }}, status: "True", lastTransitionTime: {{ $now | Quote }}}{{ end }}`,
      marker,
    ].join('\n');
  }
  const unready =
    look.phase === 'Succeeded'
      ? ', reason: PodCompleted'
      : look.phase === 'Failed'
        ? ', reason: PodFailed'
        : ', reason: ContainersNotReady, message: {{ printf "containers with unready status: [%s]" (join " " $unready) | Quote }}';
  return [
    condition('PodReadyToStartContainers', 'True'),
    `{{ if $initChosen }}${condition('Initialized', 'False', ', reason: ContainersNotInitialized')}{{ else }}${condition('Initialized', 'True')}{{ end }}`,
    condition('Ready', 'False', unready),
    condition('ContainersReady', 'False', unready),
    marker,
  ].join('\n');
}

/** The template of a pod's whole status. */
export function renderPodStatus(look: PodLook): string {
  const chosenInit = isChosen(look.choice, true);
  const chosenMain = isChosen(look.choice, false);
  const unreadyName = look.others.ready
    ? `{{ if ${chosenMain} }}{{ $unready = append $unready $item.name }}{{ end }}`
    : '{{ $unready = append $unready $item.name }}';
  return `{{ $now := Now }}{{ $root := . }}{{ $initChosen := false }}{{ $unready := list }}
{{ range $index, $item := .spec.initContainers }}{{ if ${chosenInit} }}{{ $initChosen = true }}{{ end }}{{ end }}
{{ range $index, $item := .spec.containers }}{{ if $initChosen }}{{ $unready = append $unready $item.name }}{{ else }}${unreadyName}{{ end }}{{ end }}
phase: ${look.phase === 'Running' && !look.ready ? '{{ if $initChosen }}Pending{{ else }}Running{{ end }}' : look.phase}
startTime: {{ or .status.startTime $now | Quote }}
conditions:
${renderConditions(look)}
initContainerStatuses:
{{ range $index, $item := .spec.initContainers }}${lookBack}
{{ if ${chosenInit} }}
${renderLook(look.chosen)}
{{ else if eq (or $item.restartPolicy "") "Always" }}
${renderLook(sidecar)}
{{ else }}
${renderLook(initDone)}
{{ end }}{{ end }}
containerStatuses:
{{ range $index, $item := .spec.containers }}${lookBack}
{{ if $initChosen }}
${renderLook(initializing)}
{{ else if ${chosenMain} }}
${renderLook(look.chosen)}
{{ else }}
${renderLook(look.others)}
{{ end }}{{ end }}
${addresses}`;
}
