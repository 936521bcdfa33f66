// Writes a line for every connection that a liftlock begins into the file that LIFTLOCK_TEST_CONNECTIONS names.
import { appendFileSync } from 'node:fs';
import { subscribe } from 'node:diagnostics_channel';

const { LIFTLOCK_TEST_CONNECTIONS: file = '' } = process.env;
delete process.env.LIFTLOCK_TEST_CONNECTIONS;
delete process.env.NODE_OPTIONS;
if (file !== '') subscribe('net.client.socket', () => appendFileSync(file, `${process.argv.slice(2).join(' ')}\n`));
