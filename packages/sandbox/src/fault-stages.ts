/** The stages by which KWOK plays each fault, as a real kubelet would report it. */
import { exited, imagePullLook, kubeletEvent, waitingLook } from './fault-templates.ts';
import type { Fault, ImagePullCause } from './faults.ts';
import type { PodMatch } from './pod.ts';
import { donePod, isFinite, isKept, isReady, isUnready, readyPod } from './pod-stages.ts';
import {
  faultCondition,
  literal,
  patchStatus,
  renderPodStatus,
  running,
  type ContainerChoice,
  type ContainerLook,
  type PodLook,
  type PodStage,
  type StageStep,
} from './pod-templates.ts';

/** Pattern of the references that name an image: whole, without its tag, or by the end of its path. */
export function imagePattern(image: string): string {
  return `(^|/)${image.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(:[^/@]+)?(@.+)?$`;
}

function choiceOf(fault: Fault): ContainerChoice {
  if ('image' in fault.match) return { imagePattern: imagePattern(fault.match.image) };
  return fault.container === undefined ? 'first' : { name: fault.container };
}

function jqMatch(match: PodMatch): string {
  if ('image' in match) {
    return `any((.spec.containers[]?, .spec.initContainers[]?); .image | test(${literal(imagePattern(match.image))}))`;
  }
  if ('podNamePrefix' in match) {
    return `(.metadata.namespace == ${literal(match.namespace)} and (.metadata.name | startswith(${literal(match.podNamePrefix)})))`;
  }
  const label = `.metadata.labels[${literal(match.label.key)}] == ${literal(match.label.value)}`;
  return match.namespace === undefined
    ? `(${label})`
    : `(${label} and .metadata.namespace == ${literal(match.namespace)})`;
}

/** jq: the statuses of the containers that the fault is about. */
function jqChosen(choice: ContainerChoice): string {
  if (choice === 'first') return '.status.containerStatuses[0]?';
  const all = '(.status.initContainerStatuses[]?, .status.containerStatuses[]?)';
  if ('name' in choice) return `${all} | select(.name == ${literal(choice.name)})`;
  return `${all} | select(.image | test(${literal(choice.imagePattern)}))`;
}

/** Writes the stages of one fault; every state that a fault brings a pod into has a stage, so the usual ones wait. */
class Script {
  readonly #id: string;
  readonly #fault: Fault;
  readonly #weight: number;
  readonly #stages: PodStage[] = [];
  readonly choice: ContainerChoice;

  constructor(id: string, fault: Fault, weight: number) {
    this.#id = id;
    this.#fault = fault;
    this.#weight = weight;
    this.choice = choiceOf(fault);
  }

  get stages(): PodStage[] {
    return this.#stages;
  }

  get #isTaken(): string {
    return `any(.status.conditions[]?; .type == ${literal(faultCondition)} and .status == "True" and .reason == ${literal(this.#id)})`;
  }

  /** The first stage: takes a pod that matches and is not ready. */
  start(steps: StageStep[], extra = 'true'): void {
    this.#add(
      'start',
      `${isUnready} and ${jqMatch(this.#fault.match)} and (${this.#isTaken} | not) and ${extra}`,
      steps,
      {},
    );
  }

  /** A later stage, for pods that the fault has. */
  next(name: string, when: string, steps: StageStep[], delay: { delayMs?: number; delayFrom?: string } = {}): void {
    this.#add(name, `${isKept} and ${this.#isTaken} and ${when}`, steps, delay);
  }

  #add(name: string, when: string, steps: StageStep[], delay: { delayMs?: number; delayFrom?: string }): void {
    this.#stages.push({ name: `fault-${this.#id}-${name}`, when, weight: this.#weight, steps, ...delay });
  }

  /** A status with the chosen containers so and the others running. */
  look(chosen: ContainerLook, rest: Partial<PodLook> = {}): StageStep {
    const others: ContainerLook = { state: running, ready: true, started: true };
    return patchStatus(
      renderPodStatus({
        phase: 'Running',
        choice: this.choice,
        chosen,
        others,
        ready: false,
        fault: this.#id,
        ...rest,
      }),
    );
  }

  ready(): StageStep {
    return patchStatus(renderPodStatus({ ...readyPod, fault: this.#id }));
  }

  event(type: 'Normal' | 'Warning', reason: string, message: string, cause?: ImagePullCause): StageStep {
    return kubeletEvent(this.choice, type, reason, message, cause);
  }

  /** jq: some chosen container has that. */
  has(condition: string): string {
    return `any(${jqChosen(this.choice)}; ${condition})`;
  }
}

function imagePull(script: Script, fault: Extract<Fault, { kind: 'image-pull' }>): void {
  const mends = fault.mendsAfter;
  const age = '(if .status.startTime == null then 0 else now - (.status.startTime | fromdateiso8601) end)';
  const isBroken = mends === undefined ? 'true' : `${age} < ${mends}`;
  const failing = [
    script.look(imagePullLook('ErrImagePull', fault.cause), { phase: 'Pending' }),
    script.event('Normal', 'Pulling', 'Pulling image "{{ $image }}"'),
    script.event('Warning', 'Failed', 'Failed to pull image "{{ $image }}": {{ $cause }}', fault.cause),
    script.event('Warning', 'Failed', 'Error: ErrImagePull'),
  ];
  script.start(failing, isBroken);
  const isWaiting = (reason: string): string =>
    `${isUnready} and ${script.has(`.state.waiting.reason == "${reason}"`)} and ${isBroken}`;
  const backOff = [
    script.look(imagePullLook('ImagePullBackOff', fault.cause), { phase: 'Pending' }),
    script.event('Normal', 'BackOff', 'Back-off pulling image "{{ $image }}"'),
    script.event('Warning', 'Failed', 'Error: ImagePullBackOff'),
  ];
  script.next('back-off', isWaiting('ErrImagePull'), backOff, { delayMs: 1000 });
  // A kubelet waits 10 s, then longer each time; one pace is enough here, and never past the moment of mending.
  const pace = mends === undefined ? '"10s"' : `([10, ([0.1, ${mends} + 0.1 - ${age}] | max)] | min | tostring) + "s"`;
  script.next('retry', isWaiting('ImagePullBackOff'), failing, { delayMs: 10_000, delayFrom: pace });
}

function crash(script: Script, exitCode: number, reason: 'Error' | 'OOMKilled'): void {
  const runs: ContainerLook = { state: running, ready: false, started: true };
  const exit = exited(exitCode, reason);
  const again: ContainerLook = { ...runs, restarts: '(add $restarts 1)' };
  const restarts = `([${jqRestarts(script)}] | max // 0)`;
  const isOver = `${isUnready} and ${script.has('.state.terminated != null')}`;
  const isLast = '.spec.restartPolicy == "Never"';
  script.start([script.look(runs)]);
  script.next('exit', `${isUnready} and ${script.has('.state.running != null')}`, [script.look(exit.look)], {
    delayMs: 1000,
  });
  const failed = script.look(exit.look, { phase: 'Failed', others: exit.others });
  script.next('fail', `${isOver} and ${isLast}`, [failed], { delayMs: 200 });
  // The kubelet restarts at once after the first exit, and waits from the second on.
  const restarted = script.look({ ...again, lastState: exit.lastState });
  script.next('restart', `${isOver} and (${isLast} | not) and ${restarts} == 0`, [restarted], { delayMs: 300 });
  const backOffEvent =
    'Back-off restarting failed container {{ $container }} in pod {{ .metadata.name }}_{{ .metadata.namespace }}({{ .metadata.uid }})';
  const backOff = [script.look(exit.backOff), script.event('Warning', 'BackOff', backOffEvent)];
  script.next('back-off', `${isOver} and (${isLast} | not) and ${restarts} > 0`, backOff, { delayMs: 300 });
  const pause = `(${restarts} as $n | [300, 10 * pow(2; ([$n, 1] | max) - 1)] | min | tostring) + "s"`;
  const isBackingOff = `${isUnready} and ${script.has('.state.waiting.reason == "CrashLoopBackOff"')}`;
  script.next('retry', isBackingOff, [script.look(again)], { delayMs: 10_000, delayFrom: pause });
}

function jqRestarts(script: Script): string {
  return `${jqChosen(script.choice)} | .restartCount`;
}

function neverReady(script: Script): void {
  const unready: ContainerLook = { state: running, ready: false, started: true };
  const probe = script.event('Warning', 'Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503');
  script.start([script.look(unready), probe]);
  script.next('stay', isUnready, [probe], { delayMs: 10_000 });
}

function slow(script: Script, seconds: number): void {
  const creating = waitingLook('ContainerCreating');
  script.start([
    script.look(
      { ...creating, hasNoImage: true },
      { phase: 'Pending', choice: script.choice, others: { ...creating, hasNoImage: true } },
    ),
  ]);
  script.next('ready', isUnready, [script.ready()], { delayFrom: after('.status.startTime', seconds) });
}

function diesAfter(script: Script, seconds: number): void {
  const readySince = '([.status.conditions[]? | select(.type == "Ready") | .lastTransitionTime][0])';
  const probe = script.event('Warning', 'Unhealthy', 'Readiness probe failed: dial tcp: connect: connection refused');
  script.start([script.ready()]);
  script.next('die', isReady, [script.look({ state: running, ready: false, started: true }), probe], {
    delayFrom: after(readySince, seconds),
  });
  script.next('stay', isUnready, [probe], { delayMs: 10_000 });
}

function slowJob(script: Script, seconds: number): void {
  script.start([script.ready()]);
  script.next('complete', `${isReady} and ${isFinite}`, [patchStatus(renderPodStatus(donePod))], {
    delayFrom: after('.status.startTime', seconds),
  });
}

/** jq: at least so long after a point in time; Kubernetes cuts those to whole seconds, hence one more. */
function after(time: string, seconds: number): string {
  return `((${time} | fromdateiso8601) + ${seconds + 1} - now | if . < 0 then 0 else . end | tostring) + "s"`;
}

/** The stages of a fault; `weight` is higher than those of the faults that it goes before. */
export function faultStages(id: string, fault: Fault, weight: number): PodStage[] {
  const script = new Script(id, fault, weight);
  if (fault.kind === 'image-pull') imagePull(script, fault);
  else if (fault.kind === 'crash-loop') crash(script, fault.exitCode, 'Error');
  else if (fault.kind === 'failed-job') crash(script, 1, 'Error');
  else if (fault.kind === 'oom-kill') crash(script, 137, 'OOMKilled');
  else if (fault.kind === 'never-ready') neverReady(script);
  else if (fault.kind === 'slow') slow(script, fault.seconds);
  else if (fault.kind === 'dies-after') diesAfter(script, fault.seconds);
  else if (fault.kind === 'slow-job') slowJob(script, fault.seconds);
  return script.stages;
}
