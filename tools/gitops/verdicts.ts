import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CodedError } from '#api/errors.ts';

class GitOpsMissing extends CodedError {
  constructor(file: string) {
    super('TEST_PROGRAM_MISSING', `${file} is missing: run make gitops (some three minutes, once)`);
  }
}

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
  const { status, stdout, stderr } = spawnSync(program(), {
    input: JSON.stringify({ ...rules, objects }),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new CodedError('TEST_GITOPS_FAILED', stderr);
  return JSON.parse(stdout) as Verdict[];
}

/** Where `build.sh` puts it, by the same hash. */
function program(): string {
  const hash = createHash('sha256');
  for (const name of ['main.go', 'go.mod', 'go.sum']) hash.update(readFileSync(new URL(name, import.meta.url)));
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const file = join(cache, 'simpul/gitops', hash.digest('hex').slice(0, 16), 'gitops');
  if (!existsSync(file)) throw new GitOpsMissing(fileURLToPath(new URL(file, 'file:///')));
  return file;
}
