import assert from 'node:assert/strict';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  type Answer,
  bantenText,
  call,
  DevProcess,
  eventually,
  keyOf,
  runShell,
  startBackend,
  temporaryFolder,
} from './simpul.ts';

/** The example in two files, so that the Approval can be taken away. */
async function writeExample(folder: string, backendPort: number): Promise<{ approval: string; rest: string }> {
  const documents = (await bantenText(backendPort)).split('\n---\n');
  const approval = documents.find((document) => document.includes('kind: Approval\n')) ?? '';
  const rest = documents.filter((document) => document !== approval).join('\n---\n');
  await writeFile(join(folder, 'banten.yaml'), rest);
  return { approval, rest };
}

describe('simpul dev', () => {
  const stack = new AsyncDisposableStack();
  let dev: DevProcess;
  let state: string;
  let example: { approval: string; rest: string };
  let api: string;

  before(async () => {
    const backend = stack.use(await startBackend());
    const folder = stack.use(await temporaryFolder());
    state = join(stack.use(await temporaryFolder()).path, 'state');
    example = await writeExample(folder.path, backend.port);
    dev = stack.use(await DevProcess.start(folder.path, state));
    api = `${dev.gateway()}/banten/situs/v1`;
  });
  after(() => stack.disposeAsync());

  const callAs = async (path: string, headers?: Record<string, string>): Promise<Answer> =>
    await call(api, await keyOf(state, path), headers);
  const becomes = (path: string, status: number) =>
    eventually(`${path} is answered ${status}`, async () =>
      (await callAs(path)).status === status ? true : undefined,
    );

  test('without a key: 401 as problem JSON', async () => {
    const answer = await call(api);
    assert.equal(answer.status, 401);
    assert.match(answer.headers.get('content-type') ?? '', /application\/problem\+json/);
  });

  test('with the generated key: the rows, as JSON and as CSV', async () => {
    const json = await callAs('tangerang/perizinan/utama');
    assert.equal(json.status, 200);
    assert.equal((JSON.parse(json.text) as unknown[]).length, 100);
    const csv = await callAs('tangerang/perizinan/utama', { Accept: 'text/csv' });
    assert.match(csv.headers.get('content-type') ?? '', /^text\/csv/);
    assert.equal(csv.text.trim().split('\n').length, 101);
  });

  test('with the key that was brought along: the rows', async () => {
    assert.equal((await callAs('tangerang/perizinan/cadangan')).status, 200);
  });

  test('every line of curl that it printed works', async () => {
    assert.equal(dev.curls().length, 1);
    for (const line of dev.curls()) {
      const { stdout, code } = await runShell(line.replace(/^curl /, 'curl --silent --fail '));
      assert.equal(code, 0, line);
      assert.equal((JSON.parse(stdout) as unknown[]).length, 100);
    }
  });

  test('keys are files that only their owner can read', async () => {
    const file = join(state, 'keys/tangerang/perizinan/utama');
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal((await stat(join(state, 'keys'))).mode & 0o777, 0o700);
    assert.match(await keyOf(state, 'tangerang/perizinan/utama'), /^simpul_[A-Za-z0-9_-]{43}$/);
  });

  test('admin: /readyz is 200, /status lists every object with conditions, /metrics has operator and gateway', async () => {
    assert.equal((await call(`${dev.admin}/readyz`)).status, 200);
    const { items } = JSON.parse((await call(`${dev.admin}/status`)).text) as {
      items: { kind: string; metadata: { name: string }; status: { conditions: { type: string; status: string }[] } }[];
    };
    const readiness = Object.fromEntries(
      items.map(({ kind, metadata, status }) => {
        return [`${kind} ${metadata.name}`, status.conditions.find(({ type }) => type === 'Ready')?.status];
      }),
    );
    assert.deepEqual(readiness, {
      'Tenant banten': 'True',
      'Tenant tangerang': 'True',
      'ApiGateway public': 'True',
      'ApiService situs': 'True',
      'Subscription dasbor': 'False',
      'Subscription perizinan': 'True',
    });
    const metrics = (await call(`${dev.admin}/metrics`)).text;
    assert.match(metrics, /^simpul_operator_objects\{.*kind="ApiService".*\} 1$/m);
    assert.match(metrics, /^simpul_gateway_loaded_objects\{gateway="simpul-system\/public"\} \d+$/m);
    assert.match(metrics, /^simpul_gateway_calls_total\{.*api="banten\/situs".*\} \d+$/m);
  });

  test('no key shows in what it prints, nor on its pages', async () => {
    const key = await keyOf(state, 'tangerang/perizinan/utama');
    const brought = await keyOf(state, 'tangerang/perizinan/cadangan');
    const pages = await Promise.all(['/status', '/metrics', '/readyz'].map((path) => call(`${dev.admin}${path}`)));
    for (const text of [dev.stdout, dev.stderr, ...pages.map((page) => page.text)]) {
      assert.equal(text.includes(key), false);
      assert.equal(text.includes(brought), false);
    }
  });

  test('the second application is refused until the Approval exists, then served, then refused again', async () => {
    assert.equal((await callAs('tangerang/dasbor/utama')).status, 403);
    await dev.write('approval.yaml', example.approval);
    await becomes('tangerang/dasbor/utama', 200);
    await dev.remove('approval.yaml');
    await becomes('tangerang/dasbor/utama', 403);
    await dev.prints('deleted    Approval banten/dasbor-situs');
  });

  test('an edit takes effect at once', async () => {
    await dev.write('banten.yaml', example.rest.replace('basePath: /banten/situs/v1', 'basePath: /banten/situs/v2'));
    const key = await keyOf(state, 'tangerang/perizinan/utama');
    const moved = api.replace('/v1', '/v2');
    await eventually('served at /v2', async () => ((await call(moved, key)).status === 200 ? true : undefined));
    assert.equal((await call(api, key)).status, 404);
    await dev.write('banten.yaml', example.rest);
    await eventually('served at /v1', async () => ((await call(api, key)).status === 200 ? true : undefined));
  });

  test('a broken file is told with line and column, and everything is served on', async () => {
    await dev.write(
      'banten.yaml',
      example.rest.replace('spec:\n  displayName: Pemerintah Prov', 'spec:\n displayName: [Prov'),
    );
    await dev.prints(/banten\.yaml:\d+:\d+: not valid YAML: /);
    assert.equal((await callAs('tangerang/perizinan/utama')).status, 200);
    await dev.write('banten.yaml', example.rest);
    await dev.prints('The files are free of errors again.');
  });

  test('an invalid object is told alone; what it was before and all others are served on', async () => {
    await dev.write(
      'banten.yaml',
      example.rest
        .replace('basePath: /banten/situs/v1', 'basePath: banten/situs')
        .replace('displayName: Dasbor Pimpinan', 'displayName: Dasbor Baru'),
    );
    await dev.prints(/banten\.yaml:\d+:\d+: ApiService banten\/situs: spec\.basePath: Invalid value: "banten\/situs"/);
    await dev.prints('applied    Subscription tangerang/dasbor');
    assert.equal((await callAs('tangerang/perizinan/utama')).status, 200);
    await dev.write('banten.yaml', example.rest);
  });

  test('the same object in a second file is told, and the first one counts', async () => {
    const document = example.rest.split('\n---\n').find((text) => text.includes('kind: ApiService\n')) ?? '';
    await dev.write('aa-double.yaml', document.replace('basePath: /banten/situs/v1', 'basePath: /banten/other'));
    await dev.prints(
      /aa-double\.yaml:\d+:\d+: ApiService banten\/situs: the same object is in .*banten\.yaml:\d+, and that/,
    );
    assert.equal((await callAs('tangerang/perizinan/utama')).status, 200);
    await dev.remove('aa-double.yaml');
  });

  test('an object whose namespace does not exist is told, and served once it does', async () => {
    const document = (kind: string, rest: string) => `apiVersion: simpul.id/v1alpha1\nkind: ${kind}\n${rest}`;
    const manager = document('KeyManager', 'metadata: { name: extra, namespace: lebak }\nspec: { type: ApiKey }\n');
    await dev.write('lebak.yaml', manager);
    await dev.prints('KeyManager lebak/extra: metadata.namespace: namespace "lebak" does not exist');
    await dev.write('lebak-ns.yaml', document('Tenant', 'metadata: { name: lebak }\nspec: { displayName: Lebak }\n'));
    await dev.prints('ready      KeyManager lebak/extra');
    await dev.remove('lebak.yaml');
    await dev.remove('lebak-ns.yaml');
    await dev.prints('gone       KeyManager lebak/extra');
  });

  test('the 61st call in a minute on plan dasar: 429 with Retry-After', async () => {
    const answers: Answer[] = [];
    for (let i = 0; i < 61; i++) answers.push(await callAs('tangerang/perizinan/utama'));
    const refused = answers.find(({ status }) => status === 429);
    assert.ok(refused, 'none was refused');
    assert.match(refused.headers.get('retry-after') ?? '', /^\d+$/);
    assert.equal(answers[0]?.status, 200);
  });

  test('after a restart the keys are the same; Ctrl-C ends it with 0', async () => {
    const key = await keyOf(state, 'tangerang/perizinan/utama');
    assert.equal(await dev.stop(), 0);
    assert.equal(dev.stderr, '');
    dev = stack.use(await DevProcess.start(dev.folder, state));
    assert.equal(await keyOf(state, 'tangerang/perizinan/utama'), key);
    assert.equal((await call(`${dev.gateway()}/banten/situs/v1`, key)).status, 200);
  });

  test('the key of a Subscription that is removed goes, and a new one of its name gets another', async () => {
    const key = await keyOf(state, 'tangerang/perizinan/utama');
    const [, ...others] = example.rest.split(
      /\n---\n(?=apiVersion[^\n]*\nkind: Subscription\nmetadata: \{ name: perizinan)/,
    );
    assert.equal(others.length, 1);
    await dev.write(
      'banten.yaml',
      example.rest.replace(/kind: Subscription\nmetadata: \{ name: perizinan,/, (text) =>
        text.replace('perizinan', 'lain'),
      ),
    );
    await eventually('its file is gone', async () => {
      const files = await readdir(join(state, 'keys/tangerang/perizinan'));
      return files.includes('utama') ? undefined : true;
    });
    assert.equal((await call(`${dev.gateway()}/banten/situs/v1`, key)).status, 401);
    await dev.write('banten.yaml', example.rest);
    const next = await eventually('there is a new key', () =>
      keyOf(state, 'tangerang/perizinan/utama').catch(() => undefined),
    );
    assert.notEqual(next, key);
  });
});
