import assert from 'node:assert/strict';
import type { ApiUser } from '#e2e/admission/api-user.ts';

/** One question to RBAC: may I do this? Without a namespace: in the whole cluster. */
export interface Question {
  readonly verb: string;
  /** `<group>/<resource>[/<subresource>]`. */
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** Asks the API server by SelfSubjectAccessReview, as this very user; what `kubectl auth can-i` does. */
export async function mayI(user: ApiUser, question: Question): Promise<boolean> {
  const [group = '', resource = '', subresource] = question.resource.split('/');
  const { verb, namespace, name } = question;
  const answer = await user.send('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    ...{ apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview' },
    spec: { resourceAttributes: { verb, group, resource, subresource, namespace, name } },
  });
  assert.equal(answer.code, 201, answer.body.message);
  const { allowed } = answer.body['status'] as { readonly allowed: boolean };
  return allowed;
}

/** Asks all, a few at a time, and gives back those that are allowed, in order. */
export async function allowedOf(user: ApiUser, questions: readonly Question[]): Promise<Question[]> {
  const allowed: boolean[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < questions.length; index = next++) {
      allowed[index] = await mayI(user, questions[index]!);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return questions.filter((_, index) => allowed[index]);
}

/** `approve simpul.id/apiservices in banten`: what a failed comparison shows. */
export function describeQuestion({ verb, resource, namespace, name }: Question): string {
  const called = name === undefined ? '' : ` "${name}"`;
  return `${verb} ${resource}${called}${namespace === undefined ? '' : ` in ${namespace}`}`;
}
