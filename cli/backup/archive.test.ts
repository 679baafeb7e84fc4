import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Backup, formatVersion, linesOf, readBackup } from './archive.ts';
import type { Stored } from './stored.ts';

const header = {
  ...{ createdAt: '2026-11-22T01:00:00Z', simpul: '0.1.0', kubernetes: 'v1.34.1' },
  ...{ cluster: 'a-uid', installation: 'simpul-system', approvalPolicySince: '2026-01-01T00:00:00Z' },
};
const tenant: Stored = {
  ...{ apiVersion: 'simpul.id/v1alpha1', kind: 'Tenant', metadata: { name: 'banten', uid: 'u1', generation: 3 } },
  ...{ spec: { displayName: 'Banten é' }, status: { acceptedAt: '2026-02-01T00:00:00Z' } },
};
const secret: Stored = {
  ...{ apiVersion: 'v1', kind: 'Secret', type: 'simpul.id/api-key', data: { 'api-key': 'a2V5' } },
  metadata: { name: 'kunci', namespace: 'banten' },
};
const backup: Backup = { header, objects: [tenant, secret] };
const bytes = Buffer.concat([...linesOf(backup)]);

const isDamaged = { code: 'CLI_BACKUP', message: /is damaged, and nothing of it is used/ };

describe('a backup', () => {
  test('is read as it was written', () => assert.deepEqual(readBackup(bytes), backup));

  test('that is empty, too', () => {
    const none = { header, objects: [] };
    assert.deepEqual(readBackup(Buffer.concat([...linesOf(none)])), none);
  });

  test('is not used when a byte is another', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const other = Buffer.from(bytes);
        other[at] = (other[at] ?? 0) ^ change;
        assert.throws(() => readBackup(other), { code: 'CLI_BACKUP' });
      }),
    );
  });

  test('is not used when it ends too early, anywhere', () => {
    for (let length = 0; length < bytes.length; length += 1) {
      assert.throws(() => readBackup(bytes.subarray(0, length)), { code: 'CLI_BACKUP' });
    }
  });

  test('is not used when a line is missing', () => {
    const lines = bytes.toString().split('\n');
    assert.throws(() => readBackup(Buffer.from([lines[0], ...lines.slice(2)].join('\n'))), isDamaged);
  });

  test('is not used when an object says something else than its checksum', () => {
    const [first = '', ...lines] = bytes.toString().replace('Banten é', 'Lebak').split('\n').slice(0, -2);
    const body = `${[first, ...lines].join('\n')}\n`;
    const sha256 = createHash('sha256').update(body).digest('hex');
    const forged = Buffer.from(`${body}${JSON.stringify({ objects: 2, sha256 })}\n`);
    assert.throws(() => readBackup(forged), { ...isDamaged, message: /Tenant banten has another checksum/ });
  });

  test('is not used when it holds what a restore must not write', () => {
    const pod: Stored = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'n' } };
    assert.throws(() => readBackup(Buffer.concat([...linesOf({ header, objects: [pod] })])), isDamaged);
  });

  test('of a newer format names the version to use', () => {
    const text = bytes.toString().replace(`"version":${formatVersion}`, `"version":${formatVersion + 1}`);
    assert.throws(() => readBackup(Buffer.from(text.replace('"simpul":"0.1.0"', '"simpul":"9.9.9"'))), {
      code: 'CLI_BACKUP',
      message: /format 2, made by simpul 9\.9\.9; this version reads format 1/,
    });
  });
});
