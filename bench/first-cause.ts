import { connectCluster } from '../packages/liftlock/src/adapters/cluster/connect.ts';
import type { WatchEvent } from '../packages/liftlock/src/model/ports.ts';
import type { Pod } from '../packages/sandbox/src/index.ts';
import { measured, ratio, type Finding } from './measure.ts';
import { upgradeFlags, versions, type Installation, type Stand } from './stand.ts';

const cause = 'IMAGE_PULL_UNAUTHORIZED';
const release = 'codemie-ui';

interface Named {
  /** Seconds from the first bad pod status to the cause on the screen. */
  readonly named: number;
  /** Seconds from there until liftlock says that it will not mend itself, and ends helm. */
  readonly certain: number;
  /** Seconds from there to the end of the command. */
  readonly ended: number;
}

/** An image that its registry refuses: how soon does whoever looks at the screen know why? */
export async function firstCause(stand: Stand, runs: number, report: (line: string) => void): Promise<Finding> {
  const [ours, byGuide] = await Promise.all([stand.install(), stand.install()]);
  const commands = await byGuide.guideCommands();
  const command = commands.find((line) => line.includes(` ${release} `)) ?? '';
  const image = await newImage(byGuide, command);
  const fault = await stand.sandbox.faults.set({ match: { image }, kind: 'image-pull', cause: 401 });
  try {
    report(
      `first-cause: the guide's command waits out its timeout beside the other runs: ${/--timeout \S+/.exec(command)?.[0] ?? ''}`,
    );
    const [script, samples] = await Promise.all([waitOut(stand, byGuide, command), lift(stand, ours, runs, report)]);
    return {
      rows: [
        measured(
          "from the first bad pod status to the cause on liftlock's screen",
          's',
          samples.map(({ named }) => named),
          3,
        ),
        measured(
          'from the first bad pod status until liftlock is certain and ends helm',
          's',
          samples.map(({ certain }) => certain),
        ),
        measured(
          'from the first bad pod status to the end of liftlock, helm ended politely',
          's',
          samples.map(({ ended }) => ended),
        ),
        measured("from the first bad pod status to the end of the guide's command, with its own timeout", 's', [
          script.seconds,
        ]),
        ratio(
          'liftlock against the guide’s command',
          samples.map(({ named }) => named),
          [script.seconds],
        ),
      ],
      notes: [
        "The guide's command ran once, in full, beside liftlock's runs and in another namespace.",
        script.namesCause
          ? 'Its output names the cause.'
          : `Its output does not name the cause. It ends with: ${script.words.split('\n').at(-1) ?? ''}`,
        'The first bad status is seen by a watch of the bench itself, on the same clock.',
      ],
    };
  } finally {
    await fault.clear();
    await Promise.all([ours.remove(), byGuide.remove()]);
  }
}

/** The image that the new UI runs, as the chart's dry run names it. */
async function newImage(installation: Installation, command: string): Promise<string> {
  const ended = await installation.shell(`${command} --dry-run=server\n`);
  const image = /^\s*(?:- )?image: "?([^\s"]+)/m.exec(ended.stdout)?.[1];
  if (image === undefined) throw new Error(`the dry run of ${release} names no image:\n${ended.stderr}`);
  return image;
}

async function lift(
  stand: Stand,
  installation: Installation,
  runs: number,
  report: (line: string) => void,
): Promise<readonly Named[]> {
  const samples: Named[] = [];
  for (let index = 1; index <= runs; index += 1) {
    const sample = await liftOnce(stand, installation);
    samples.push(sample);
    report(
      `first-cause ${index}/${runs}: named after ${sample.named.toFixed(2)} s, ended after ${sample.ended.toFixed(2)} s`,
    );
    // The old pods never went away, so going back is a matter of helm's records.
    const back = await installation.shell(
      `helm rollback ${release} 1 --namespace ${installation.namespace} --wait --timeout 60s\n`,
    );
    if (back.code !== 0) throw new Error(`helm rollback ended with ${back.code}:\n${back.stderr}`);
  }
  return samples;
}

async function liftOnce(stand: Stand, installation: Installation): Promise<Named> {
  const bad = await firstBadStatus(stand, installation.namespace);
  let named: number | undefined;
  let certain: number | undefined;
  const onLine = (line: string, at: number) => {
    // The findings of the plan stand above; the run's lines begin with its clock.
    if (!line.startsWith('[') || !line.includes(cause)) return;
    named ??= at;
    if (line.includes('FAULT')) certain ??= at;
  };
  try {
    const ended = await installation.liftlock(['apply', ...upgradeFlags, '--only', 'ui', '--yes'], { onLine });
    if (named === undefined || certain === undefined)
      throw new Error(`liftlock never named ${cause} (exit ${ended.code}):\n${ended.stderr}`);
    const since = bad.seen();
    return { named: (named - since) / 1000, certain: (certain - since) / 1000, ended: (ended.at - since) / 1000 };
  } finally {
    bad.stop();
  }
}

async function waitOut(stand: Stand, installation: Installation, command: string) {
  const bad = await firstBadStatus(stand, installation.namespace);
  try {
    const ended = await installation.shell(`${command}\n`, { limitSeconds: 400 });
    if (ended.code === 0) throw new Error('the guide’s command succeeded in spite of the refused image');
    const words = ended.stderr.trim();
    const namesCause = /\b401\b|unauthorized|ImagePull/i.test(words);
    return { seconds: (ended.at - bad.seen()) / 1000, words, namesCause };
  } finally {
    bad.stop();
  }
}

/** Watches the namespace's pods, apart from liftlock's own watch. `seen` is `performance.now()` of the first refusal. */
async function firstBadStatus(stand: Stand, namespace: string): Promise<{ readonly seen: () => number; stop(): void }> {
  const connection = await connectCluster({ kubeconfig: stand.sandbox.kubeconfig, env: process.env });
  const abort = new AbortController();
  let seen: number | undefined;
  const onEvent = ({ type, object }: WatchEvent) => {
    if (type !== 'DELETED' && isRefused(object)) seen ??= performance.now();
  };
  connection.reader.watch(`/api/v1/namespaces/${namespace}/pods`, {}, onEvent, abort.signal).catch(() => undefined);
  return {
    seen: () => {
      if (seen === undefined) throw new Error(`no pod of ${namespace} was refused its image of ${versions.to}`);
      return seen;
    },
    stop: () => {
      abort.abort();
      connection.close();
    },
  };
}

function isRefused(object: object): boolean {
  const { status } = object as Pod;
  const reasons = (status?.containerStatuses ?? []).map((container) => container.state?.waiting?.reason ?? '');
  return reasons.some((reason) => reason === 'ErrImagePull' || reason === 'ImagePullBackOff');
}
