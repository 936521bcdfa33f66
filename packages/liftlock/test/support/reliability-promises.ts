/** Something that liftlock promises, and the tests that would fail if it were not so. */
export interface Promised {
  readonly promise: string;
  /** Paths from the root of the repository. */
  readonly tests: readonly string[];
}

const sandboxTest = (name: string) => `packages/liftlock/test/${name}.test.ts`;

/** What the page of docs/reliability.md promises, in its order. */
export const promises: readonly Promised[] = [
  {
    promise:
      'A run that is killed at any moment is brought to its end by `resume`, and ends as if nobody had disturbed it: no effect twice, no release left `pending-*`, nothing left running or lying about.',
    tests: [sandboxTest('kills'), sandboxTest('resume')],
  },
  {
    promise: 'A helm whose liftlock was killed, or has lost the lease, can write no more.',
    tests: [sandboxTest('resume'), sandboxTest('gate'), sandboxTest('lease')],
  },
  {
    promise: 'Killed between uninstall and installation, a reinstall goes on with the same data.',
    tests: [sandboxTest('reinstall-interrupted'), sandboxTest('reinstall')],
  },
  {
    promise: 'A migration of data is never interrupted, and none is begun while another runs.',
    tests: [sandboxTest('resume'), sandboxTest('interrupted-hooks')],
  },
  {
    promise: 'A run is gone on with from another machine, after the first one and its disk are lost.',
    tests: [sandboxTest('other-machine'), sandboxTest('replica')],
  },
  {
    promise:
      'The journal is only added to; full disks, damage, and journals of other sites and versions are named and make nothing worse.',
    tests: [
      sandboxTest('journal'),
      sandboxTest('journal-faults'),
      sandboxTest('full-disk'),
      sandboxTest('old-journals'),
    ],
  },
  {
    promise:
      'One writer a site: a second run is refused with who holds it; a dead holder is taken over when its lease lapses; a paused one stops before its next write.',
    tests: [sandboxTest('lease')],
  },
  {
    promise:
      'What somebody else changes in the middle is seen before the next write: by hand, by GitOps, in files, in registries.',
    tests: [sandboxTest('other-writers'), sandboxTest('gitops'), sandboxTest('saved-plan'), sandboxTest('hops')],
  },
  {
    promise:
      'A network or a control plane that fails makes a run wait or stop with its reason, and changes nothing of its end.',
    tests: [sandboxTest('failing-cluster'), sandboxTest('failing-upgrade'), sandboxTest('failing-control-plane')],
  },
  {
    promise: 'No secret stands in output, journals, plans, bundles, temporary files or the arguments of a process.',
    tests: [sandboxTest('canaries'), sandboxTest('secrets'), sandboxTest('rotation')],
  },
  {
    promise: 'It needs the permissions that it prints, and no more.',
    tests: [sandboxTest('least-privilege'), sandboxTest('permissions')],
  },
  {
    promise: 'Input from strangers is read or refused: no crash, no hang, no write outside.',
    tests: [
      'packages/liftlock/src/definition/fuzz.test.ts',
      'packages/liftlock/src/release/fuzz.test.ts',
      'packages/liftlock/src/adapters/registry/fuzz.test.ts',
      sandboxTest('definition-is-data'),
      sandboxTest('provenance'),
    ],
  },
  {
    promise: 'Past the point of no return nothing begins without a receipt for a backup.',
    tests: [sandboxTest('receipts'), sandboxTest('rollback-leaves')],
  },
  {
    promise: 'Every failure leaves a bundle from which another person gets the same diagnosis, offline.',
    tests: [sandboxTest('diagnose-bundle'), 'packages/liftlock/src/run/diagnosis-corpus.test.ts'],
  },
  {
    promise: 'What is foreseen is what happens: judged by the real API server, without a write.',
    tests: [sandboxTest('corpus'), sandboxTest('shadow-safety')],
  },
  {
    promise: 'Claims, volumes, generated Secrets and addresses are compared before and after.',
    tests: [sandboxTest('reinstall'), sandboxTest('runai-upgrade')],
  },
];

/** What nobody should rely on. */
export const unpromised: readonly string[] = [
  'That a request which was already on its way does not land: a process that dies in the middle of a request does not know whether the API server carried it out. Its step is unknown until `resume` has looked.',
  'That every hook of a chart runs once. Hook Jobs that came to a good end in a try that was killed are not run again where they are all that helm would run; other hooks are, as helm does it, when the upgrade is tried again, and a hook that migrates data must bear that. liftlock never begins one while the one before still runs.',
  'That a local command runs once: one that was cut off is run again.',
  'That a helm which was orphaned ends at once: it writes no more, and ends at its own timeout.',
  'What a real kubelet, container runtime, volume driver or cloud does under the same kills: nodes are simulated here.',
  'That two people who both say that the other is gone are both right: `--allow unlock:` believes whoever types it.',
];
