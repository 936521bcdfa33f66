import { closeSync, openSync } from 'node:fs';

/**
 * Keeps this process alive while its child decides what a signal means, and passes on what the child would not get.
 * @param {import('node:child_process').ChildProcess} child
 * @param {() => void} [onSignal] called at each signal
 * @returns {() => void} stops it
 */
export function passSignals(child, onSignal = () => {}) {
  // A terminal sends Ctrl-C to the whole process group. Passing it on would make it two, and a second Ctrl-C means
  // something else than the first.
  const reachesChild = hasTerminal();
  const listeners = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => {
    const listener = () => {
      onSignal();
      if (signal !== 'SIGINT' || !reachesChild) child.kill(signal);
    };
    process.on(signal, listener);
    return { signal, listener };
  });
  return () => {
    for (const { signal, listener } of listeners) process.off(signal, listener);
  };
}

function hasTerminal() {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
