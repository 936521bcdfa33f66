// Asks the diagnosis about every labelled failure, and writes what it says to docs/diagnosis.md.
import { writeFileSync } from 'node:fs';
import { diagnosisCases } from '../packages/liftlock/test/diagnosis/case.ts';
import { diagnosisPage, missesOf, rightOf } from '../packages/liftlock/test/diagnosis/page.ts';
import { scoreOf } from '../packages/liftlock/test/diagnosis/score.ts';

const scored = diagnosisCases().map((item) => scoreOf(item));
const misses = missesOf(scored);
process.stderr.write(`${rightOf(scored)} of ${scored.length} right\n${misses === '' ? '' : `${misses}\n`}`);
writeFileSync(new URL('../docs/diagnosis.md', import.meta.url), diagnosisPage(scored));
