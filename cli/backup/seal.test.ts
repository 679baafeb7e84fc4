import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { programPath } from '#tools/testing/programs.ts';
import { makeKey } from './keys.ts';
import { seal, unseal } from './seal.ts';

const folder = mkdtempSync(join(tmpdir(), 'seal-'));
after(() => rmSync(folder, { recursive: true }));

const canary = 'kenari-7Q2w9ZxT4rLm';
const lines = [Buffer.from(`{"a":"${canary}"}\n`), Buffer.from('{"b":2}\n')];
const plain = Buffer.concat(lines);
const now = new Date('2026-11-22T00:00:00Z');

async function aKey(name: string): Promise<{ file: string; identity: string; recipient: string }> {
  const file = join(folder, name);
  const recipient = await makeKey(file, now);
  return { file, recipient, identity: readFileSync(file, 'utf8').trim().split('\n').at(-1) ?? '' };
}

const key = await aKey('kunci.txt');
const other = await aKey('lain.txt');
const forBoth = await seal(lines, { recipients: [key.recipient, other.recipient] });
const byPassphrase = await seal(lines, { passphrase: 'kata sandi yang panjang' });

describe('a sealed backup', () => {
  test('opens with each of its keys, and with its passphrase', async () => {
    for (const { identity } of [key, other]) {
      assert.deepEqual(await unseal(forBoth, { identities: [identity] }), plain);
    }
    const keys = { identities: [key.identity], passphrase: 'kata sandi yang panjang' };
    assert.deepEqual(await unseal(byPassphrase, keys), plain);
  });

  test('shows nothing of what is in it', () => {
    for (const sealed of [forBoth, byPassphrase]) {
      assert.ok(!sealed.includes(canary));
      assert.ok(!sealed.includes(gzipSync(plain).subarray(10, 30)));
    }
  });

  test('without encryption is plain gzip', async () => {
    const open = await seal(lines, { unencrypted: true });
    assert.deepEqual(gunzipSync(open), plain);
    assert.deepEqual(await unseal(open, { identities: [] }), plain);
  });

  const cases: readonly { name: string; open: () => Promise<Buffer>; says: RegExp }[] = [
    {
      name: 'another key',
      open: async () => unseal(await seal(lines, { recipients: [key.recipient] }), { identities: [other.identity] }),
      says: /it is encrypted for another key/,
    },
    {
      name: 'no key',
      open: () => unseal(forBoth, { identities: [], passphrase: 'x' }),
      says: /give the file.*--identity/,
    },
    {
      name: 'another passphrase',
      open: () => unseal(byPassphrase, { identities: [], passphrase: 'kata sandi yang lain' }),
      says: /the passphrase is another/,
    },
    {
      name: 'no passphrase',
      open: () => unseal(byPassphrase, { identities: [key.identity] }),
      says: /--passphrase-file/,
    },
    {
      name: 'what is no key',
      open: () => unseal(forBoth, { identities: [key.recipient] }),
      says: /no secret key of age/,
    },
    { name: 'what is no backup', open: () => unseal(Buffer.from('PK'), { identities: [] }), says: /it is no backup/ },
    {
      name: 'a backup of which a bit is another',
      open: () =>
        unseal(Buffer.concat([forBoth.subarray(0, -1), Buffer.from([(forBoth.at(-1) ?? 0) ^ 1])]), {
          identities: [key.identity],
        }),
      says: /is damaged/,
    },
    {
      name: 'a backup that ends too early',
      open: () => unseal(forBoth.subarray(0, -20), { identities: [key.identity] }),
      says: /is damaged/,
    },
    {
      name: 'half of a plain one',
      open: () => unseal(gzipSync(plain).subarray(0, 30), { identities: [] }),
      says: /is damaged/,
    },
  ];
  for (const { name, open, says } of cases) {
    test(`does not open with ${name}, and says so without a secret`, async () => {
      await assert.rejects(open, (error: Error & { code?: string }) => {
        assert.equal(error.code, 'CLI_BACKUP');
        assert.match(error.message, says);
        for (const secret of [key.identity, other.identity, 'kata sandi']) assert.ok(!error.message.includes(secret));
        return true;
      });
    });
  }

  test('is refused for what is no recipient', async () => {
    await assert.rejects(seal(lines, { recipients: ['age1salah'] }), { code: 'CLI_ARGUMENT' });
  });
});

describe('the program age', () => {
  const age = (args: readonly string[], input?: Buffer): Buffer => {
    const { status, stdout, stderr } = spawnSync(programPath('age'), args, {
      ...(input === undefined ? {} : { input }),
    });
    assert.equal(status, 0, stderr.toString());
    return stdout;
  };

  test('opens what simpul sealed, with the key that simpul made', () => {
    assert.deepEqual(gunzipSync(age(['--decrypt', '--identity', key.file], forBoth)), plain);
  });

  test('seals what simpul opens, armoured or not', async () => {
    for (const form of [[], ['--armor']]) {
      const sealed = age(['--encrypt', ...form, '--recipient', key.recipient], gzipSync(plain));
      assert.deepEqual(await unseal(sealed, { identities: [key.identity] }), plain);
    }
  });

  test('makes keys that simpul takes', async () => {
    const file = join(folder, 'age-keygen.txt');
    assert.equal(spawnSync(programPath('age-keygen'), ['-o', file]).status, 0);
    const [, recipient = ''] = /# public key: (\S+)/.exec(readFileSync(file, 'utf8')) ?? [];
    const identity = readFileSync(file, 'utf8').trim().split('\n').at(-1) ?? '';
    assert.deepEqual(await unseal(await seal(lines, { recipients: [recipient] }), { identities: [identity] }), plain);
  });

  test('opens with the same passphrase', () => {
    // It asks a terminal: script(1) is one.
    const file = join(folder, 'sealed.age');
    writeFileSync(file, byPassphrase);
    const output = join(folder, 'opened');
    const command = `${programPath('age')} --decrypt --output ${output} ${file}`;
    const asked = spawnSync('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
      input: 'kata sandi yang panjang\n',
    });
    assert.equal(asked.status, 0, asked.stdout.toString());
    assert.deepEqual(gunzipSync(readFileSync(output)), plain);
  });
});
