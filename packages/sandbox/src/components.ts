/** The programs of a sandbox, one by one: what a failing cluster is made of. */

/** A program of the control plane that may be taken away and given back. */
export type ComponentName =
  | 'etcd'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kwok'
  | 'registry';

/** What can be done to a program. */
export type ComponentAct = 'stop' | 'start' | 'pause' | 'continue';

/** The attendant's hold on its programs. */
export interface Components {
  /** Starts a program under guard; one that ends by itself ends the sandbox. */
  start(name: string, command: string[]): void;
  /** Ends a program at once, and lets the sandbox stand without it. */
  stop(name: string): Promise<void>;
  /** Starts a stopped program with the command that it had. */
  startAgain(name: string): void;
  signal(name: string, signal: NodeJS.Signals): Promise<void>;
}

/** Does to a program what a control call asks for; resolves when it is done, not when the program is ready. */
export async function actOn(components: Components, name: ComponentName, act: ComponentAct): Promise<void> {
  if (act === 'stop') await components.stop(name);
  else if (act === 'start') components.startAgain(name);
  else await components.signal(name, act === 'pause' ? 'SIGSTOP' : 'SIGCONT');
}
