/** `npm run demo`: a real platform upgrade on a control plane of this machine; `--tour` tells the story in scenes. */
import { parseArgs } from 'node:util';
import { onCluster } from './demo/on-cluster.ts';
import { tour } from './demo/tour.ts';
import { upgrade } from './demo/upgrade.ts';

const args = process.argv.slice(2);
// `--context` without a name is answered with the names that there are.
if (args.at(-1) === '--context') args.push('');
const { values } = parseArgs({
  args,
  options: {
    tour: { type: 'boolean', default: false },
    context: { type: 'string' },
    helm: { type: 'string', default: 'helm3' },
    keep: { type: 'boolean', default: false },
  },
});

if (values.helm !== 'helm3' && values.helm !== 'helm4') {
  process.stderr.write(`--helm takes helm3 or helm4, not "${values.helm}".\n`);
  process.exitCode = 2;
} else if (values.context !== undefined) {
  process.exitCode = await onCluster(values.context, values.helm);
} else if (values.tour) {
  process.exitCode = await tour(values.helm);
} else {
  process.exitCode = await upgrade({ helm: values.helm, keep: values.keep });
}
