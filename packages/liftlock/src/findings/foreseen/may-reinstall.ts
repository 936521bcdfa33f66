import type { Remedy } from '../../model/finding.ts';
import { allowing } from '../make-finding.ts';

/** The last rung of a ladder: uninstall and install again, with everything kept that an installation would not make again. */
export function mayReinstall(component: string): Remedy {
  return allowing(`reinstall:${component}`, `Uninstall ${component} and install it again, its data kept`, {
    destructive: true,
  });
}
