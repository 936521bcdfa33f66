/** The kinds of objects by which a GitOps controller is told what to keep in the cluster. */
export type GitOpsKind = 'Application' | 'HelmRelease' | 'Kustomization';

/** A GitOps controller that writes a release, or objects of it, by itself. */
export interface GitOpsOwner {
  readonly tool: 'Argo CD' | 'Flux';
  readonly kind: GitOpsKind;
  /** Undefined where only the controller's traces are seen, and not which of its objects is meant. */
  readonly name?: string | undefined;
  /** Undefined where the trace does not say: Argo CD may run in another cluster. */
  readonly namespace?: string | undefined;
  readonly release: string;
  readonly releaseNamespace: string;
  /** How it is known, in words. */
  readonly evidence: string;
  /** True where it does nothing by itself now; undefined where its object is not in this cluster or may not be read. */
  readonly isPaused?: boolean | undefined;
  /** What has made its object and may undo a change of it, such as `ApplicationSet apps`. */
  readonly madeBy?: string | undefined;
}
