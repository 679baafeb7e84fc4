import { spawnSync } from 'node:child_process';
import { CodedError } from '#api/errors.ts';
import { goProgram } from '../testing/programs.ts';

interface Said {
  readonly status: string;
  readonly message: string;
}

/** What Argo CD (`Healthy`, `Progressing`, `Degraded`, `Suspended`) and Flux (`Current`, `InProgress`, `Failed`, …) say. */
export interface Verdict {
  readonly argoCd: Said;
  readonly flux: Said;
  /** With healthCheckExprs: also `Failed`. */
  readonly fluxByExpressions: string;
}

/** What the judges are told beside the objects. */
export interface Rules {
  /** argocd-cm of Argo CD. */
  readonly configMap: object;
  /** One entry of healthCheckExprs of Flux. */
  readonly expressions: object;
}

/** Of each object, by the code of Argo CD and of Flux. */
export function verdictsOn(objects: readonly object[], rules: Rules): Verdict[] {
  const { status, stdout, stderr } = spawnSync(goProgram(new URL('./', import.meta.url), 'gitops'), {
    input: JSON.stringify({ ...rules, objects }),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new CodedError('TEST_GITOPS_FAILED', stderr);
  return JSON.parse(stdout) as Verdict[];
}
