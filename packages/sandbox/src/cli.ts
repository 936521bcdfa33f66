/** The sandbox from the command line: `node cli.ts up|down|status|build [--name NAME]`. */
import { sandboxMain } from './commands.ts';

process.exitCode = await sandboxMain(process.argv.slice(2));
