import { keyOf } from '#api/object.ts';
import type { Manifests } from '#kube/yaml/read-manifests.ts';
import type { Finding } from '../manifests/finding.ts';
import { at, describe, type JudgeOptions, judge, type Verdict } from '../manifests/judge.ts';
import { type Candidate, judgeTogether } from './judge-together.ts';

export interface Judgement {
  readonly findings: readonly Finding[];
  /** The objects that could be stored. */
  readonly candidates: readonly Candidate[];
  /** How many objects there are, good and bad. */
  readonly count: number;
}

/** Everything that is to be said about all objects of all files: text, schema, doubles, and what the operator decides. */
export function judgeAll(manifests: readonly Manifests[], options: JudgeOptions = {}): Judgement {
  const verdicts = manifests.flatMap(({ objects }) => objects.map((located) => judge(located, options)));
  const unreadable = manifests.flatMap(({ errors }) => errors).map(toFinding);
  const { doubles, firsts } = separateDoubles(verdicts);
  const candidates = firsts.flatMap(({ located, stored }) => (stored === undefined ? [] : [{ located, stored }]));
  const findings = [...unreadable, ...verdicts.flatMap((verdict) => verdict.findings), ...doubles];
  const together = judgeTogether(candidates).filter((finding) => !missesOneOf(firsts, finding));
  return { findings: [...findings, ...together], candidates, count: verdicts.length };
}

/** Whether a note only says that an object is missing which is there, with errors of its own. */
function missesOneOf(verdicts: readonly Verdict[], { severity, message }: Finding): boolean {
  if (severity !== 'note') return false;
  const broken = verdicts.filter(({ stored }) => stored === undefined).map(({ located }) => located.object);
  return broken.some((object) => message.includes(`${object.kind} "${keyOf(object)}" does not exist`));
}

function toFinding(error: Manifests['errors'][number]): Finding {
  return { ...error, severity: 'error', object: '', field: '' };
}

/** Of one object written twice the first counts. */
function separateDoubles(verdicts: readonly Verdict[]) {
  const seen = new Map<string, Verdict>();
  const doubles: Finding[] = [];
  for (const verdict of verdicts) {
    const { located, stored } = verdict;
    const name = `${located.object.apiVersion} ${describe(stored ?? located.object)}`;
    const first = seen.get(name)?.located;
    if (first === undefined) {
      seen.set(name, verdict);
      continue;
    }
    const message = `the same object is in ${first.file}:${first.line}, and that one counts: remove one of them`;
    doubles.push({ ...at(located, 'metadata.name'), field: '', message });
  }
  return { doubles, firsts: [...seen.values()] };
}
