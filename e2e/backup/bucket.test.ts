import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { BucketPlace } from '#cli/backup/bucket.ts';
import { type S3Server, startS3 } from '#tools/s3/s3-server.ts';

let s3: S3Server;
before(async () => {
  s3 = await startS3('cadangan');
});
after(() => s3?.[Symbol.asyncDispose]());

const at = (target: string, environment: object = {}): BucketPlace =>
  new BucketPlace(target, {}, { ...s3.environment, ...environment });

describe('a bucket of an S3-compatible server', () => {
  test('keeps what was written, byte for byte, under names of all kinds', async () => {
    for (const key of ['a.age', 'simpul/2026-11/b c+d.age', 'é/%41.age']) {
      const content = randomBytes(1_000_000);
      await at(`s3://cadangan/${key}`).write(content);
      assert.deepEqual(await at(`s3://cadangan/${key}`).read(), content);
      assert.deepEqual(readFileSync(join(s3.folder, 'cadangan', key)), content);
    }
  });

  test('keeps an older backup of the same name', async () => {
    const place = at('s3://cadangan/lama.age');
    await place.write(Buffer.from('lama'));
    await assert.rejects(place.write(Buffer.from('baru')), { code: 'CLI_BUCKET', message: /exists already/ });
    assert.equal((await place.read()).toString(), 'lama');
  });

  const refused: readonly { name: string; place: () => BucketPlace; says: RegExp }[] = [
    {
      name: 'an object that is not there',
      place: () => at('s3://cadangan/tidak'),
      says: /does not exist \(404 NoSuchKey\)/,
    },
    { name: 'a bucket that is not there', place: () => at('s3://tidak-ada/x'), says: /404 NoSuchBucket/ },
    {
      name: 'another secret key',
      place: () => at('s3://cadangan/a.age', { AWS_SECRET_ACCESS_KEY: 'salah-sekali' }),
      says: /403 SignatureDoesNotMatch\): check the credentials/,
    },
    {
      name: 'nobody who answers',
      place: () => at('s3://cadangan/a.age', { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9' }),
      says: /http:\/\/127\.0\.0\.1:9 cannot be asked for s3:\/\/cadangan\/a\.age/,
    },
  ];
  for (const { name, place, says } of refused) {
    test(`says so without a secret: ${name}`, async () => {
      await assert.rejects(place().read(), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'CLI_BUCKET');
        assert.match(error.message, says);
        assert.doesNotMatch(error.message, /kata-sandi|salah-sekali/);
        return true;
      });
    });
  }

  test('never sends credentials or content on to where a server points', async () => {
    const asked: string[] = [];
    const start = async (name: string, location?: string): Promise<Server> => {
      const server = createServer((_request, response) => {
        asked.push(name);
        response.writeHead(location === undefined ? 200 : 307, location === undefined ? {} : { location }).end();
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    };
    const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const elsewhere = await start('elsewhere');
    const named = await start('named', `${urlOf(elsewhere)}/x`);
    const place = at('s3://cadangan/baru.age', { AWS_ENDPOINT_URL_S3: urlOf(named) });
    await assert.rejects(place.write(Buffer.from('x')), { code: 'CLI_BUCKET' });
    for (const server of [elsewhere, named]) server.close();
    assert.deepEqual([...new Set(asked)], ['named']);
  });
});

test('what cannot be a bucket is wrong usage', () => {
  const wrong = (target: string, env: object, says: RegExp): void => {
    const whole = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', ...env };
    assert.throws(() => new BucketPlace(target, {}, whole), { code: 'CLI_ARGUMENT', exitCode: 2, message: says });
  };
  wrong('s3://cadangan', {}, /names no object of a bucket/);
  wrong('s3://CADANGAN/x', {}, /names no object of a bucket/);
  wrong('s3://cadangan/x', { AWS_ACCESS_KEY_ID: undefined }, /set AWS_ACCESS_KEY_ID/);
  wrong('s3://cadangan/x', { AWS_ENDPOINT_URL: 's3.go.id' }, /is no address of an S3 server/);
});
