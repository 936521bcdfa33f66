import { Resolver } from 'node:dns/promises';
import type { NameResolver } from '../../model/ports.ts';
import { Problem } from '../../model/problem.ts';

/** Answers that say: there is no such address. */
const absent = new Set(['ENOTFOUND', 'ENODATA']);

/** Asks the name servers of this machine, or the one that is named: `192.0.2.53` or `192.0.2.53:5353`. */
export function makeNameResolver(server?: string): NameResolver {
  const resolver = new Resolver({ timeout: 3000, tries: 2 });
  if (server !== undefined) resolver.setServers([server]);
  const ask = async (question: () => Promise<string[]>, host: string) => {
    try {
      return await question();
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      if (absent.has(code)) return [];
      throw new Problem('NAME_SERVER_SILENT', `The name server does not tell the address of ${host}: ${code}.`, {
        advice: ['Name another with dnsServer in the site file, or affirm: liftlock resume --affirm dns'],
      });
    }
  };
  return {
    async addressesOf(host) {
      const [four, six] = await Promise.all([
        ask(() => resolver.resolve4(host), host),
        ask(() => resolver.resolve6(host), host),
      ]);
      return [...four, ...six].toSorted();
    },
  };
}
