import type { ApiService } from '#api/generated/apiservice.ts';
import type { KeyManager } from '#api/generated/keymanager.ts';
import type { Subscription } from '#api/generated/subscription.ts';
import { keyOf } from '#api/object.ts';
import { refId } from '#operator/world/routes.ts';
import { type Finding, formatFinding } from '../manifests/finding.ts';
import { describe } from '../manifests/judge.ts';
import { buildCurl } from './curl.ts';
import type { DevStatus } from './dev-status.ts';
import type { ApplyReport } from './file-applier.ts';
import { currentReady, isSettled, type Observed } from './observed.ts';

/** What one look at everything shows: the state of each object, and for each API its line of curl. */
interface Picture {
  readonly states: ReadonlyMap<string, string>;
  readonly calls: ReadonlyMap<string, readonly string[]>;
}

/** Tells what is served and, from then on, what changes. */
export class Board {
  readonly #print: (text: string) => void;
  #shown: Picture | undefined = undefined;
  #problems: ReadonlySet<string> = new Set();

  constructor(print: (text: string) => void) {
    this.#print = print;
  }

  get isShown(): boolean {
    return this.#shown !== undefined;
  }

  /** The first, whole picture. `head`: lines about the program itself. */
  show(status: DevStatus, head: readonly string[]): void {
    const picture = pictureOf(status);
    const notReady = [...picture.states.values()].filter((state) => state.startsWith(notReadyMark));
    this.#print(
      [
        ...head,
        '',
        picture.calls.size === 0 ? 'No ApiService yet.' : 'APIs, each with a call that works as pasted:',
        ...[...picture.calls.values()].flat().map((line) => `  ${line}`),
        ...(notReady.length === 0 ? [] : ['', ...notReady]),
        '',
      ].join('\n'),
    );
    this.#shown = picture;
  }

  /** What is different from what was told before. */
  update(status: DevStatus): void {
    const before = this.#shown;
    if (before === undefined) return;
    const picture = pictureOf(status, before);
    this.#shown = picture;
    for (const [name, state] of picture.states) if (before.states.get(name) !== state) this.#print(state);
    for (const name of before.states.keys()) if (!picture.states.has(name)) this.#print(`gone       ${name}`);
    for (const [id, lines] of picture.calls) {
      if (before.calls.get(id)?.join() !== lines.join()) this.#print(lines.map((line) => `  ${line}`).join('\n'));
    }
  }

  /** What a look at the files did, and what is wrong with them that was not before. */
  applied({ applied, deleted, problems }: ApplyReport): void {
    if (this.isShown) {
      for (const name of applied) this.#print(`applied    ${name}`);
      for (const name of deleted) this.#print(`deleted    ${name}`);
    }
    this.#tellProblems(problems);
  }

  #tellProblems(problems: readonly Finding[]): void {
    const before = this.#problems;
    this.#problems = new Set(problems.map(formatFinding));
    const news = [...this.#problems].filter((line) => !before.has(line));
    for (const line of news) this.#print(line);
    const errors = problems.some(({ severity }) => severity === 'error');
    if (errors && news.length > 0) this.#print('What was served before keeps being served.');
    if (!errors && before.size > this.#problems.size) this.#print('The files are free of errors again.');
  }
}

const readyMark = 'ready      ';
const notReadyMark = 'not ready  ';

/** An object that has not said yet how it is now counts as it was before. */
function pictureOf(status: DevStatus, before?: Picture): Picture {
  const states = new Map<string, string>();
  for (const object of status.items) {
    const name = describe(object);
    const state = isSettled(object) ? stateOf(object) : before?.states.get(name);
    if (state !== undefined) states.set(name, state);
  }
  const apis = status.items.filter((object) => object.kind === 'ApiService') as ApiService[];
  return { states, calls: new Map(apis.map((api) => [keyOf(api), callOf(api, status)])) };
}

function stateOf(object: Observed): string {
  const ready = currentReady(object);
  if (ready?.status === 'True') return `${readyMark}${describe(object)}`;
  return `${notReadyMark}${describe(object)}: ${ready?.reason}: ${ready?.message}`;
}

function callOf(api: ApiService, status: DevStatus): string[] {
  const gateways = new Set(api.spec.gatewayRefs.map((ref) => refId(ref, api)));
  const url = status.gateways.find(({ name }) => gateways.has(name))?.url;
  const title = `${keyOf(api)} ${api.spec.version}, ${api.spec.displayName}`;
  if (url === undefined) return [title, '  not served: none of its ApiGateways is there'];
  const line = buildCurl({
    api,
    url,
    subscriptions: status.items.filter((object) => object.kind === 'Subscription') as Subscription[],
    keyManagers: status.items.filter((object) => object.kind === 'KeyManager') as KeyManager[],
    keys: status.keys,
  });
  return [title, 'command' in line ? `  ${line.command}` : `  no call: ${line.none}`];
}
