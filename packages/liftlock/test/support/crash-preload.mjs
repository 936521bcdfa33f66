// Makes liftlock fail where nobody catches it, with a text that only a file knows.
import { readFileSync, watch } from 'node:fs';

const { LIFTLOCK_TEST_CRASH: file = '' } = process.env;
delete process.env.LIFTLOCK_TEST_CRASH;
delete process.env.NODE_OPTIONS;
if (file !== '' && process.argv[1]?.endsWith('main.ts')) {
  const look = () => {
    const [how, ...text] = readFileSync(file, 'utf8').split(' ');
    if (how === 'throw')
      setImmediate(() => {
        throw new Error(text.join(' '));
      });
    if (how === 'reject') void Promise.reject(new Error(text.join(' ')));
  };
  watch(file, look).unref();
}
