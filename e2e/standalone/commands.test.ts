import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { describe, test } from 'node:test';
import { bantenText, DevProcess, root, runShell, runSimpul, startBackend, temporaryFolder } from './simpul.ts';

describe('simpul', () => {
  test('every command has help with examples, and exits 0', async () => {
    for (const command of [
      'dev',
      'validate',
      'translate',
      'status',
      'explain',
      'keys',
      'usage',
      'dump',
      'backup',
      'restore',
      'promote',
    ]) {
      const { code, stdout } = await runSimpul([command, '--help']);
      assert.equal(code, 0, command);
      assert.match(stdout, new RegExp(`Examples:\n  simpul ${command}`));
      assert.match(stdout, /Exit codes: /);
    }
  });

  test('an OpenAPI document is imported from a file and from a URL, and is valid then', async () => {
    await using folder = await temporaryFolder();
    const file = join(root, 'api/openapi/testdata/penduduk.yaml');
    const output = join(folder.path, 'api.yaml');
    const written = await runSimpul(['import', 'openapi', file, '-n', 'banten', '-o', output]);
    assert.equal(written.code, 0, written.stderr);
    assert.match(written.stderr, /^note: security scheme "kunci"/);
    const validated = await runSimpul(['validate', output]);
    assert.equal(validated.code, 0, validated.stdout);

    const text = await readFile(file, 'utf8');
    const server = createHttpServer((_request, response) => response.end(text)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const fetched = await runSimpul(['import', 'openapi', `http://127.0.0.1:${port}/penduduk.yaml`, '-n', 'banten']);
    server.close();
    const withoutHead = (manifest: string) => manifest.split('\n').slice(2).join('\n').trimEnd();
    assert.equal(withoutHead(fetched.stdout), withoutHead(await readFile(output, 'utf8')));
    const refused = await runSimpul(['import', 'openapi', join(root, 'package.json')]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /package\.json cannot be used: at \/openapi: must say the version/);
  });

  const wrongUsage = [
    { args: ['statsu'], says: /unknown command 'statsu'\n\(Did you mean status\?\)/ },
    { args: ['validate'], says: /missing required argument 'file'/ },
    { args: ['dev', '.', '--port', '70000'], says: /A port is a number from 0 to 65535/ },
    { args: ['validate', 'x', '-o', 'xml'], says: /It is text or json/ },
    { args: ['explain', 'situs'], says: /is not KIND\/NAME/ },
    { args: ['explain', 'apiservices.simpul/situs'], says: /there is no kind "apiservices.simpul"/ },
    { args: ['explain', 'tenant/a/b'], says: /a Tenant lies in no namespace/ },
    { args: ['status', '--dev', 'nonsense'], says: /this is no URL/ },
    { args: ['usage', '--gateway', 'nonsense'], says: /It is a URL, such as/ },
    { args: ['dump', '--since', 'yesterday'], says: /It is a time such as 30m/ },
    { args: ['dump', '--max-size', '1Ki'], says: /It is a size from 64Ki to 1Gi/ },
    { args: ['promote', '--from', 'dev'], says: /required option '--to <environment>' not specified/ },
    { args: ['backup'], says: /say who can open it, by one of --recipient/ },
    { args: ['backup', '--unencrypted', '--recipient', 'age1x'], says: /say who can open it/ },
    { args: ['backup', '--endpoint', 's3.go.id'], says: /It is a URL, such as/ },
    { args: ['restore'], says: /missing required argument 'place'/ },
    { args: ['usage', '-o', 'xml'], says: /It is table, json or csv/ },
    { args: ['usage', '--since', 'yesterday'], says: /write a time such as/ },
    { args: ['status', '--dev', '--context', 'x'], says: /give one of them/ },
  ];
  for (const { args, says } of wrongUsage) {
    test(`wrong usage exits 2: ${args.join(' ')}`, async () => {
      const { code, stderr, stdout } = await runSimpul(args);
      assert.match(stderr, says);
      assert.equal(code, 2, stdout);
    });
  }

  const impossible = [
    { args: ['validate', '/no/such/file.yaml'], says: /\/no\/such\/file\.yaml: there is no such file or folder/ },
    { args: ['dev', '/no/such/folder'], says: /there is no such folder/ },
    { args: ['dev', 'package.json'], says: /name the folder that it is in/ },
    { args: ['validate', 'cli/bin'], says: /there is no \.yaml or \.yml file/ },
    { args: ['usage', '--gateway', 'http://127.0.0.1:1'], says: /no gateway answers at http:\/\/127\.0\.0\.1:1/ },
    { args: ['status', '--dev', 'http://127.0.0.1:1'], says: /no "simpul dev" answers at http:\/\/127\.0\.0\.1:1/ },
    { args: ['status', '--kubeconfig', '/no/config'], says: /cannot read the kubeconfig \/no\/config/ },
  ];
  for (const { args, says } of impossible) {
    test(`what cannot be done exits 1 and says what to do: ${args.join(' ')}`, async () => {
      const { code, stderr } = await runSimpul(args);
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /\n {4}at /, 'no stack');
      assert.equal(code, 1);
    });
  }

  test('works through a symbolic link, and as a kubectl plugin under that name', async () => {
    await using folder = await temporaryFolder();
    await symlink(join(root, 'cli/bin/simpul'), join(folder.path, 'simpul'));
    await symlink(join(root, 'cli/bin/kubectl-simpul'), join(folder.path, 'kubectl-simpul'));
    const path = `${folder.path}${delimiter}${process.env['PATH'] ?? ''}`;
    assert.match(
      (await runShell('simpul version', '/', { PATH: path })).stdout,
      /^simpul \d+\.\d+\.\d+ \(Node\.js 24\./,
    );
    const plugin = await runShell('kubectl-simpul status --help', '/', { PATH: path });
    assert.match(plugin.stdout, /^Usage: kubectl simpul status /);
    assert.match(plugin.stdout, /\n {2}kubectl simpul status -A\n/);
  });

  test('a port that is taken is named, with what to do', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = String((server.address() as AddressInfo).port);
    await using folder = await temporaryFolder();
    const state = ['--state-dir', join(folder.path, 'state')];
    const gateway = await runSimpul(['dev', folder.path, '--port', port, '--admin-port', '0', ...state]);
    assert.match(gateway.stderr, new RegExp(`port ${port} .*the gateway, is taken.*--port`));
    assert.equal(gateway.code, 1);
    const admin = await runSimpul(['dev', folder.path, '--port', '0', '--admin-port', port, ...state]);
    assert.match(admin.stderr, new RegExp(`port ${port} .*the status page, is taken.*--admin-port`));
    assert.equal(admin.code, 1);
    server.close();
  });
});

describe('simpul validate', () => {
  test('all errors of all files, with line, column and what to do; exit 1', async () => {
    await using folder = await temporaryFolder();
    const broken = (await bantenText(9000))
      .replace('lifecycle: Published', 'lifecycle: Publish')
      .replace('basePath: /banten/situs/v1', 'basePaht: /banten/situs/v1')
      .replace('plan: dasar', 'plan: emas');
    await writeFile(join(folder.path, 'a.yaml'), broken);
    await writeFile(join(folder.path, 'b.yml'), 'a: [1\n');
    const { code, stdout } = await runSimpul(['validate', folder.path]);
    assert.equal(code, 1);
    assert.match(stdout, /a\.yaml:56:3: ApiService banten\/situs: spec\.lifecycle: Unsupported value: "Publish"/);
    assert.match(
      stdout,
      /a\.yaml:61:3: ApiService banten\/situs: spec\.basePaht: unknown field "spec\.basePaht"\n {4}Did you mean "basePath"\?/,
    );
    assert.match(stdout, /spec\.basePath: Required value\n {4}Add it: .*Example: /);
    assert.match(stdout, /b\.yml:\d+:\d+: not valid YAML: /);
    assert.doesNotMatch(stdout, /does not exist/, 'what has errors is there');
    assert.match(stdout, /\n11 objects in 2 files: 4 errors, 1 note\n/);
  });

  test('what the operator would refuse: the message and place of each API and credential', async () => {
    const text = (await bantenText(9000)).replace('plan: dasar', 'plan: emas').replace('[/banten]', '[/lain]');
    const { code, stdout } = await runSimpul(['validate', '-', '-o', 'json'], { stdin: text });
    const { findings } = JSON.parse(stdout) as { findings: Record<string, unknown>[] };
    assert.equal(code, 1);
    assert.deepEqual(
      findings.map(({ severity, object, field, reason }) => [severity, object, field, reason]),
      [
        ['error', 'ApiService banten/situs', 'spec.basePath', 'PathNotClaimed'],
        ['error', 'Subscription tangerang/perizinan', 'spec.apis[0]', 'PlanNotFound'],
      ],
    );
  });

  test('what lies outside of the files is a note; exit 0', async () => {
    const documents = (await bantenText(9000)).split('\n---\n').filter((text) => text.includes('kind: ApiService\n'));
    const { code, stdout } = await runSimpul(['validate', '-'], { stdin: documents.join('\n---\n') });
    assert.equal(code, 0, stdout);
    assert.match(
      stdout,
      /<stdin>:\d+:\d+: note: ApiService banten\/situs: spec\.gatewayRefs: ApiGateway "simpul-system\/public"/,
    );
    assert.match(stdout, /\n1 object in 1 file: no errors, 1 note\n/);
  });

  test('the examples are free of errors', async () => {
    for (const name of await readdir(join(root, 'examples'))) {
      const { code, stdout } = await runSimpul(['validate', join('examples', name)]);
      assert.equal(code, 0, stdout);
    }
  });
});

describe('simpul translate', () => {
  test('the same files give the same bytes, and no secret', async () => {
    const first = await runSimpul(['translate', 'examples/banten']);
    const again = await runSimpul(['translate', '-'], {
      stdin: await readFile(join(root, 'examples/banten/banten.yaml'), 'utf8'),
    });
    assert.equal(first.code, 0);
    assert.equal(first.stdout, again.stdout);
    assert.doesNotMatch(first.stdout, /contoh-kunci/);
    assert.match(first.stdout, /pepper: "\[redacted\]"/);
    assert.match(first.stdout, /ApiService banten\/situs:/);
  });

  test('objects with errors are told and left out', async () => {
    const text = (await bantenText(9000)).replace('lifecycle: Published', 'lifecycle: Publish');
    const { code, stdout, stderr } = await runSimpul(['translate', '-'], { stdin: text });
    assert.equal(code, 1);
    assert.match(stderr, /spec\.lifecycle: Unsupported value/);
    assert.doesNotMatch(stdout, /kind: ApiService/);
  });
});

describe('status, explain and keys of a running simpul dev', () => {
  test('they tell how it stands, and what to do', async () => {
    await using stack = new AsyncDisposableStack();
    const backend = stack.use(await startBackend());
    const { path } = stack.use(await temporaryFolder());
    await mkdir(join(path, 'files'));
    const documents = (await bantenText(backend.port))
      .split('\n---\n')
      .filter((text) => !text.includes('kind: Approval\n'));
    await writeFile(join(path, 'files/banten.yaml'), documents.join('\n---\n'));
    const dev = stack.use(await DevProcess.start(join(path, 'files'), join(path, 'state')));
    const ask = async (...args: string[]) => await runSimpul([...args, '--dev', dev.admin]);

    const status = await ask('status', '-A');
    assert.match(status.stdout, /^banten +apiservice\/situs +True +Succeeded /m);
    assert.match(status.stdout, /^Subscription tangerang\/dasbor: Plan "mitra" .* waits for an Approval/m);

    const pending = (await ask('explain', 'apisub/dasbor')).stdout;
    assert.match(pending, /^Subscription tangerang\/dasbor is not ready: PendingApproval\./);
    assert.match(pending, /Tenant banten \(Pemerintah Provinsi Banten\) decides: Group banten:pimpinan\./);
    const approval = pending.slice(pending.indexOf('apiVersion:')).replaceAll('\n  ', '\n');
    await dev.write('approval.yaml', approval);
    await dev.prints('ready      Subscription tangerang/dasbor');

    assert.match((await ask('explain', 'apisvc/situs')).stdout, /^ApiService banten\/situs is ready\./);
    const missing = await ask('explain', 'tenant/tiada');
    assert.deepEqual([missing.code, /there is no Tenant "tiada"/.test(missing.stderr)], [1, true]);

    const keys = await ask('keys', 'tangerang/perizinan');
    assert.match(keys.stdout, /^tangerang +perizinan +utama +Active +\/.*\/keys\/tangerang\/perizinan\/utama$/m);
    const values = await ask('keys', 'perizinan', '-n', 'tangerang', '-o', 'key');
    assert.match(values.stdout, /^simpul_[\w-]{43}\ncontoh-kunci-cadangan-0123456789abcdef\n$/);
    assert.equal(await dev.stop('SIGTERM'), 0);
  });
});
